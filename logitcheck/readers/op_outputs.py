"""Which output of an op a name in a function body means: ``while:output:2``, ``batchnorm:batch_mean:0``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing import TypeAlias

Args: TypeAlias = "tuple[tuple[str, str], ...]"
"""Every output argument with the attribute that tells its length, empty for a single tensor."""

SEVERAL = """
DenseCountSparseOutput output_indices output_values output_dense_shape; QuantizedConv2DPerChannel output
min_output max_output; ReaderReadV2 key value; SampleDistortedBoundingBox begin size bboxes;
AllCandidateSampler sampled_candidates true_expected_count sampled_expected_count;
StatelessRandomGetKeyCounterAlg key counter alg; SparseReduceSumSparse output_indices output_values
output_shape; QuantizedConv2DAndRequantize output min_output max_output; SparseSegmentSumGradV2 output
sorted_unique_indices; SparseAddGrad a_val_grad b_val_grad; CTCBeamSearchDecoder decoded_indices*top_paths
decoded_values*top_paths decoded_shape*top_paths log_probability; SparseAdd sum_indices sum_values
sum_shape; FiveFloatOutputs a b c d e; BatchSvd s u v; FixedUnigramCandidateSampler sampled_candidates
true_expected_count sampled_expected_count; TensorArrayGradWithShape grad_handle flow_out; FusedBatchNormV2
y batch_mean batch_variance reserve_space_1 reserve_space_2; QuantizedMatMulWithBiasAndReluAndRequantize out
min_out max_out; RaggedTensorFromVariant output_nested_splits*output_ragged_rank output_dense_values;
CSRSparseMatrixToSparseTensor indices values dense_shape; UniformCandidateSampler sampled_candidates
true_expected_count sampled_expected_count; UnicodeDecode row_splits char_values; ParseExampleV2
sparse_indices*num_sparse sparse_values*sparse_types sparse_shapes*num_sparse dense_values*Tdense
ragged_values*ragged_value_types ragged_row_splits*ragged_split_types; TensorArrayGradV3 grad_handle
flow_out; QuantizedDepthwiseConv2DWithBias output min_output max_output; LSTMBlockCellGrad cs_prev_grad
dicfo wci_grad wcf_grad wco_grad; DeserializeManySparse sparse_indices sparse_values sparse_shape;
DeserializeSparse sparse_indices sparse_values sparse_shape; SparseReshape output_indices output_shape;
LogMatrixDeterminant sign log_abs_determinant; CTCGreedyDecoder decoded_indices decoded_values decoded_shape
log_probability; CTCLossV2 loss gradient; Unique y idx; ParseSingleSequenceExample
context_sparse_indices*Ncontext_sparse context_sparse_values*context_sparse_types
context_sparse_shapes*Ncontext_sparse context_dense_values*Tcontext_dense
feature_list_sparse_indices*Nfeature_list_sparse feature_list_sparse_values*feature_list_sparse_types
feature_list_sparse_shapes*Nfeature_list_sparse feature_list_dense_values*feature_list_dense_types; CudnnRNN
output output_h output_c reserve_space; Switch output_false output_true; SparseSparseMinimum output_indices
output_values; QuantizedResizeBilinear resized_images out_min out_max; SparseAccumulatorTakeGradient indices
values shape; StringSplit indices values shape; FloatOutputStringOutput a b; CudnnRNNBackprop input_backprop
input_h_backprop input_c_backprop params_backprop; ParseSequenceExampleV2
context_sparse_indices*Ncontext_sparse context_sparse_values*context_sparse_types
context_sparse_shapes*Ncontext_sparse context_dense_values*Tcontext_dense
context_ragged_values*context_ragged_value_types context_ragged_row_splits*context_ragged_split_types
feature_list_sparse_indices*Nfeature_list_sparse feature_list_sparse_values*feature_list_sparse_types
feature_list_sparse_shapes*Nfeature_list_sparse feature_list_dense_values*feature_list_dense_types
feature_list_dense_lengths*Nfeature_list_dense feature_list_ragged_values*feature_list_ragged_value_types
feature_list_ragged_outer_splits*feature_list_ragged_split_types
feature_list_ragged_inner_splits*feature_list_ragged_split_types; QuantizedConv2DAndReluAndRequantize output
min_output max_output; CombinedNonMaxSuppression nmsed_boxes nmsed_scores nmsed_classes valid_detections;
ReaderReadUpTo keys values; AnonymousRandomSeedGenerator handle deleter; QuantizeV2 output output_min
output_max; QuantizedReluX activations min_activations max_activations; SparseSegmentSqrtNGradV2 output
sorted_unique_indices; TakeManySparseFromTensorsMap sparse_indices sparse_values sparse_shape;
NearestNeighbors nearest_center_indices nearest_center_distances; UniqueWithCounts y idx count;
LogUniformCandidateSampler sampled_candidates true_expected_count sampled_expected_count;
QuantizeDownAndShrinkRange output output_min output_max; QuantizedConcatV2 output output_min output_max;
LSTMBlockCell i cs f o ci co h; LookupTableExportV2 keys values; BlockLSTMGrad x_grad cs_prev_grad
h_prev_grad w_grad wci_grad wcf_grad wco_grad b_grad; QuantizedMatMul out min_out max_out;
DenseToSparseSetOperation result_indices result_values result_shape;
QuantizedConv2DWithBiasAndReluAndRequantize output min_output max_output; QuantizedConv2DAndRelu output
min_output max_output; QuantizedConcat output output_min output_max; BatchSelfAdjointEigV2 e v;
QuantizedRelu6 activations min_activations max_activations; QuantizedDepthwiseConv2D output min_output
max_output; CudnnRNNBackpropV3 input_backprop input_h_backprop input_c_backprop params_backprop;
FractionalAvgPool output row_pooling_sequence col_pooling_sequence; CudnnRNNBackpropV2 input_backprop
input_h_backprop input_c_backprop params_backprop; RaggedGather output_nested_splits*OUTPUT_RAGGED_RANK
output_dense_values; QuantizedConv2DWithBiasSumAndReluAndRequantize output min_output max_output;
SparseToSparseSetOperation result_indices result_values result_shape; QuantizedConv2DWithBiasAndRequantize
output min_output max_output; FractionalMaxPool output row_pooling_sequence col_pooling_sequence;
ReaderReadUpToV2 keys values; FusedBatchNormV3 y batch_mean batch_variance reserve_space_1 reserve_space_2
reserve_space_3; LookupTableExport keys values; SparseSlice output_indices output_values output_shape;
QuantizedConv2DWithBiasAndRelu output min_output max_output; ParseSingleExample sparse_indices*num_sparse
sparse_values*sparse_types sparse_shapes*num_sparse dense_values*Tdense; SoftmaxCrossEntropyWithLogits loss
backprop; QuantizedMatMulWithBiasAndRelu out min_out max_out; GRUBlockCell r u c h;
RequantizationRangePerChannel output_min output_max; AnonymousMemoryCache handle deleter; TensorListConcat
tensor lengths; SparseCountSparseOutput output_indices output_values output_dense_shape;
RaggedFillEmptyRowsGrad d_values d_default_value; TopK values indices; CustomAggregator output min max
histogram; RaggedTensorToSparse sparse_indices sparse_values sparse_dense_shape; TensorListPopBack
output_handle tensor; TopKV2 values indices; Eig e v; RaggedRange rt_nested_splits rt_dense_values;
DenseToDenseSetOperation result_indices result_values result_shape; CudnnRNNV3 output output_h output_c
reserve_space host_reserved; QuantizedBatchNormWithGlobalNormalization result result_min result_max;
QuantizedAdd z min_z max_z; ApproxTopK values indices; QuantizedDepthwiseConv2DWithBiasAndReluAndRequantize
output min_output max_output; AnonymousSeedGenerator handle deleter; Lu lu p; SparseSparseMaximum
output_indices output_values; BlockLSTM i cs f o ci co h; BroadcastGradientArgs r0 r1; QuantizedAvgPool
output min_output max_output; SparseReorder output_indices output_values; SparseSplit
output_indices*num_split output_values*num_split output_shape*num_split; Merge output value_index;
FusedBatchNormGrad x_backprop scale_backprop offset_backprop reserve_space_3 reserve_space_4;
IsotonicRegression output segments; SparseConcat output_indices output_values output_shape;
RaggedCountSparseOutput output_indices output_values output_dense_shape; LearnedUnigramCandidateSampler
sampled_candidates true_expected_count sampled_expected_count; QuantizedMul z min_z max_z;
RequantizePerChannel output output_min output_max; QuantizedConv2DWithBiasSignedSumAndReluAndRequantize
output min_output max_output; ThreadUnsafeUnigramCandidateSampler sampled_candidates true_expected_count
sampled_expected_count; SampleDistortedBoundingBoxV2 begin size bboxes; SparseCrossHashed output_indices
output_values output_shape; ReaderRead key value; DecodeWav audio sample_rate; UniqueWithCountsV2 y idx
count; QuantizedBiasAdd output min_out max_out; QuantizeAndDequantizeV4Grad input_backprop
input_min_backprop input_max_backprop; QuantizedConv2DWithBiasSumAndRelu output min_output max_output;
QuantizedReshape output output_min output_max; Qr q r; SparseCross output_indices output_values
output_shape; TensorArrayConcatV2 value lengths; SplitDedupData integer_tensor float_tensor;
QuantizedMatMulWithBias out min_out max_out; UnicodeDecodeWithOffsets row_splits char_values
char_to_byte_starts; TopKWithUnique topk topk_indices; FakeQuantWithMinMaxVarsPerChannelGradient
backprops_wrt_input backprop_wrt_min backprop_wrt_max; Skipgram vocab_word vocab_freq words_per_epoch
current_epoch total_words_processed examples labels; QuantizedConv2D output min_output max_output;
QuantizedMatMulWithBiasAndRequantize out min_out max_out; Svd s u v; NonMaxSuppressionV5 selected_indices
selected_scores valid_outputs; RequantizationRange output_min output_max;
SparseSoftmaxCrossEntropyWithLogits loss backprop; FakeQuantWithMinMaxVarsGradient backprops_wrt_input
backprop_wrt_min backprop_wrt_max; ParseSequenceExample context_sparse_indices*Ncontext_sparse
context_sparse_values*context_sparse_types context_sparse_shapes*Ncontext_sparse
context_dense_values*Tcontext_dense feature_list_sparse_indices*Nfeature_list_sparse
feature_list_sparse_values*feature_list_sparse_types feature_list_sparse_shapes*Nfeature_list_sparse
feature_list_dense_values*feature_list_dense_types feature_list_dense_lengths*Nfeature_list_dense;
TensorArrayConcat value lengths; BatchNormWithGlobalNormalizationGrad dx dm dv db dg; StringSplitV2 indices
values shape; GRUBlockCellGrad d_x d_h_prev d_c_bar d_r_bar_u_bar; CTCLoss loss gradient;
FusedBatchNormGradV3 x_backprop scale_backprop offset_backprop reserve_space_4 reserve_space_5;
SparseSegmentMeanGradV2 output sorted_unique_indices; ParseExample sparse_indices*Nsparse
sparse_values*sparse_types sparse_shapes*Nsparse dense_values*Tdense; FusedBatchNorm y batch_mean
batch_variance reserve_space_1 reserve_space_2; TopKUnique topk topk_indices; SparseFillEmptyRows
output_indices output_values empty_row_indicator reverse_index_map; MaxPoolWithArgmax output argmax;
SparseFillEmptyRowsGrad d_values d_default_value; FusedBatchNormGradV2 x_backprop scale_backprop
offset_backprop reserve_space_3 reserve_space_4; TensorArrayV3 handle flow; UniqueV2 y idx; CudnnRNNV2
output output_h output_c reserve_space host_reserved; NonMaxSuppressionV4 selected_indices valid_outputs;
SparseCrossV2 output_indices output_values output_shape; QuantizedMaxPool output min_output max_output;
QuantizedRelu activations min_activations max_activations; TensorListConcatV2 tensor lengths; ListDiff out
idx; StringNGrams ngrams ngrams_splits; CSRSparseMatrixComponents row_ptrs col_inds values;
StatelessRandomGetKeyCounter key counter; BlockLSTMV2 i cs f o ci co h; TensorArrayConcatV3 value lengths;
QuantizedConv2DWithBias output min_output max_output; RaggedCross output_values output_row_splits;
SelfAdjointEigV2 e v; QuantizedDepthwiseConv2DWithBiasAndRelu output min_output max_output;
SparseReduceMaxSparse output_indices output_values output_shape; QuantizedInstanceNorm y y_min y_max;
Requantize output output_min output_max; BlockLSTMGradV2 x_grad cs_prev_grad h_prev_grad w_grad wci_grad
wcf_grad wco_grad b_grad; RaggedFillEmptyRows output_value_rowids output_values empty_row_indicator
reverse_index_map; StatelessSampleDistortedBoundingBox begin size bboxes
"""
"""Ops with more than one output argument, as TensorFlow registers them (``name*attr`` is a list)."""


@lru_cache(maxsize=1)
def _table() -> dict[str, Args]:
    entries = (entry.split() for entry in SEVERAL.split(";"))
    return {op: tuple(_argument(text) for text in arguments) for op, *arguments in entries}


def _argument(text: str) -> tuple[str, str]:
    name, _, length = text.partition("*")
    return name, length


def declared_outputs(op_list: Any) -> dict[str, Args]:
    """Return the ops of several output arguments in a file's own ``OpList``, custom ones included."""
    return {
        op.name: tuple((arg.name, arg.number_attr or arg.type_list_attr) for arg in op.output_arg)
        for op in op_list.op
        if len(op.output_arg) > 1
    }


def output_index(node: Any, argument: str, index: int, declared: Mapping[str, Args]) -> int:
    """Return the flat index of the ``index``-th tensor of an output argument of a ``NodeDef``.

    An op with a single output argument needs no table; an unknown one is taken to have one.
    """
    offset = 0
    for name, length in declared.get(node.op) or _table().get(node.op, ()):
        if name == argument:
            return offset + index
        offset += _length(node.attr, length) if length else 1
    return index


def _length(attrs: Any, name: str) -> int:
    value = attrs.get(name)
    if value is None:
        return 0
    if value.WhichOneof("value") == "i":
        return int(max(value.i, 0))
    return len(value.list.type)
