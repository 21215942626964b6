"""Which family module holds the law of which op; a test keeps it complete."""

from __future__ import annotations

FAMILIES: dict[str, str] = {
    "arithmetic": "AccumulateNV2 Add AddN AddV2 Div DivNoNan Mul RealDiv Sub",
    "cells": "BlockLSTM BlockLSTMV2 GRUBlockCell LSTMBlockCell LiteLSTM",
    "comparison": (
        "ApproximateEqual BitwiseAnd BitwiseOr BitwiseXor Equal Greater GreaterEqual InTopK InTopKV2 Invert "
        "LeftShift Less LessEqual LogicalAnd LogicalOr NotEqual PopulationCount RightShift"
    ),
    "composites": (
        "Bucketize KerasAdaptiveAveragePool KerasAdaptiveMaxPool KerasConvLSTM KerasCrop KerasGRU KerasHash "
        "KerasImage KerasLSTM KerasLocallyConnected KerasLookup KerasMelSpectrogram KerasResize "
        "KerasSimpleRNN KerasSparsemax KerasStft KerasTextVectorization KerasTfIdf"
    ),
    "control": (
        "ApplyAdadelta ApplyAdagrad ApplyAdam ApplyFtrl ApplyGradientDescent ApplyMomentum ApplyRMSProp "
        "Case CheckNumerics CheckNumericsV2 DeepCopy EnsureShape Enter Exit Identity IdentityN If LoopCond "
        "Merge NextIteration PartitionedCall PreventGradient Print RefEnter RefExit RefIdentity RefMerge "
        "RefNextIteration RefSwitch ScatterAdd ScatterSub ScatterUpdate Select SelectV2 Snapshot "
        "StatefulPartitionedCall StatelessCase StatelessIf StatelessWhile StopGradient Switch While"
    ),
    "detection": (
        "CTCBeamSearchDecoder CTCGreedyDecoder CombinedNonMaxSuppression LiteDetection NonMaxSuppression "
        "NonMaxSuppressionV2 NonMaxSuppressionV3 NonMaxSuppressionV4 NonMaxSuppressionV5 "
        "NonMaxSuppressionWithOverlaps"
    ),
    "elementwise": (
        "Atan2 ClipByValue FloorDiv FloorMod Maximum Minimum Mod MulNoNan Pow SquaredDifference TruncateDiv "
        "TruncateMod Xdivy Xlog1py Xlogy"
    ),
    "gradients": (
        "AvgPool3DGrad AvgPoolGrad BiasAddGrad Conv2DBackpropFilter Conv3DBackpropFilterV2 "
        "DepthwiseConv2dNativeBackpropFilter EluGrad FusedBatchNormGrad FusedBatchNormGradV2 "
        "FusedBatchNormGradV3 InvGrad LRNGrad LeakyReluGrad MaxPool3DGrad MaxPoolGrad MaxPoolGradGrad "
        "MaxPoolGradV2 MirrorPadGrad ReciprocalGrad Relu6Grad ReluGrad ResizeBicubicGrad ResizeBilinearGrad "
        "ResizeNearestNeighborGrad RsqrtGrad SeluGrad SigmoidGrad SoftplusGrad SoftsignGrad SqrtGrad "
        "StridedSliceGrad TanhGrad"
    ),
    "groups": (
        "Bincount DenseBincount SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum SegmentSumV2 "
        "SparseSegmentMean SparseSegmentSqrtN SparseSegmentSum UnsortedSegmentMax UnsortedSegmentMean "
        "UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum"
    ),
    "joining": "Concat ConcatV2 Pack Slice Split SplitV Stack Unpack Unstack",
    "linear": (
        "BatchMatMul BatchMatMulV2 BatchMatMulV3 BiasAdd BiasAddV1 Conv Conv2D Conv2DBackpropInput Conv3D "
        "Conv3DBackpropInputV2 DepthwiseConv2dNative DepthwiseConv2dNativeBackpropInput Einsum MatMul"
    ),
    "lists": (
        "EmptyTensorList OptionalFromValue OptionalNone StackCloseV2 StackPopV2 StackPushV2 StackV2 "
        "TensorArrayCloseV3 TensorArrayConcatV3 TensorArrayGatherV3 TensorArrayGradV3 TensorArrayReadV3 "
        "TensorArrayScatterV3 TensorArraySizeV3 TensorArrayV3 TensorArrayWriteV3 TensorListConcat "
        "TensorListConcatV2 TensorListFromTensor TensorListGather TensorListGetItem TensorListLength "
        "TensorListPopBack TensorListPushBack TensorListReserve TensorListResize TensorListSetItem "
        "TensorListStack"
    ),
    "misc": (
        "Angle AudioSpectrogram BesselI0 BesselI0e BesselI1 BesselI1e BesselJ0 BesselJ1 Betainc Cholesky "
        "Complex Conj CudnnRNN CudnnRNNBackprop CudnnRNNBackpropV2 CudnnRNNBackpropV3 CudnnRNNV2 CudnnRNNV3 "
        "Dawsn Expint FFT FFT2D FakeQuantWithMinMaxArgs FakeQuantWithMinMaxVars "
        "FakeQuantWithMinMaxVarsPerChannel FresnelCos FresnelSin IFFT IFFT2D IRFFT IRFFT2D Igamma Igammac "
        "Imag MatrixDeterminant MatrixExponential MatrixInverse MatrixSolve MatrixTriangularSolve Mfcc "
        "NextAfter Polygamma Qr QuantizeAndDequantizeV2 QuantizeAndDequantizeV3 QuantizeAndDequantizeV4 "
        "RFFT RFFT2D Real SelfAdjointEigV2 Svd Zeta"
    ),
    "movement": (
        "BatchToSpace BatchToSpaceND BroadcastTo Cast DepthToSpace ExtractImagePatches ExtractVolumePatches "
        "Gather GatherNd GatherV2 MirrorPad Pad PadV2 ResourceGather ResourceGatherNd Reverse "
        "ReverseSequence ReverseV2 Roll SpaceToBatch SpaceToBatchND SpaceToDepth Tile"
    ),
    "normalisers": (
        "CTCLoss CTCLossV2 FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 L2Loss LRN LogSoftmax Softmax "
        "SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits"
    ),
    "pooling": (
        "AdjustContrastv2 AdjustHue AdjustSaturation AvgPool AvgPool3D CropAndResize Dilation2D HSVToRGB "
        "ImageProjectiveTransformV2 ImageProjectiveTransformV3 MaxPool MaxPool3D MaxPoolV2 "
        "MaxPoolWithArgmax RGBToHSV ResizeArea ResizeBicubic ResizeBilinear ResizeNearestNeighbor "
        "ScaleAndTranslate"
    ),
    "randoms": (
        "Multinomial RandomGamma RandomPoisson RandomPoissonV2 RandomShuffle RandomStandardNormal "
        "RandomUniform RandomUniformInt RngReadAndSkip StatelessMultinomial StatelessRandomGammaV2 "
        "StatelessRandomGetAlg StatelessRandomGetKeyCounter StatelessRandomGetKeyCounterAlg "
        "StatelessRandomNormal StatelessRandomNormalV2 StatelessRandomUniform StatelessRandomUniformFullInt "
        "StatelessRandomUniformInt StatelessRandomUniformIntV2 StatelessRandomUniformV2 "
        "StatelessTruncatedNormal StatelessTruncatedNormalV2 TruncatedNormal"
    ),
    "reductions": (
        "All Any ArgMax ArgMin Cumprod Cumsum CumulativeLogsumexp EuclideanNorm Max Mean Min Prod Sum TopK "
        "TopKV2"
    ),
    "scatter": (
        "Diag DiagPart DynamicPartition DynamicStitch MatrixBandPart MatrixDiag MatrixDiagPart "
        "MatrixDiagPartV2 MatrixDiagPartV3 MatrixDiagV2 MatrixDiagV3 MatrixSetDiag MatrixSetDiagV2 "
        "MatrixSetDiagV3 OneHot ParallelDynamicStitch ScatterNd TensorScatterAdd TensorScatterMax "
        "TensorScatterMin TensorScatterSub TensorScatterUpdate Unique UniqueV2 UniqueWithCounts "
        "UniqueWithCountsV2 Where"
    ),
    "shapes": "ExpandDims Reshape Squeeze Transpose",
    "sizes": (
        "BroadcastArgs BroadcastGradientArgs ConcatOffset Empty Fill InvertPermutation LinSpace Range Rank "
        "Shape ShapeN Size VariableShape"
    ),
    "slices": "StridedSlice",
    "sources": (
        "AnonymousIteratorV2 Assert Assign AssignAdd AssignAddVariableOp AssignSub AssignSubVariableOp "
        "AssignVariableOp Const ControlTrigger DestroyResourceOp DisableCopyOnRead FIFOQueueV2 HostConst "
        "IsVariableInitialized Iterator IteratorV2 MergeV2Checkpoints NoOp OneShotIterator Placeholder "
        "PlaceholderWithDefault PrintV2 RandomShuffleQueueV2 ReadVariableOp ResourceApplyAdaMax "
        "ResourceApplyAdadelta ResourceApplyAdagradV2 ResourceApplyAdam ResourceApplyFtrl "
        "ResourceApplyGradientDescent ResourceApplyKerasMomentum ResourceApplyMomentum ResourceApplyRMSProp "
        "ResourceScatterAdd ResourceScatterSub ResourceScatterUpdate RestoreV2 SaveV2 VarHandleOp "
        "VarIsInitializedOp Variable VariableV2 Weight"
    ),
    "strings": (
        "AsString CaseFoldUTF8 DecodeAndCropJpeg DecodeBase64 DecodeBmp DecodeCSV DecodeImage DecodeJpeg "
        "DecodePaddedRaw DecodePng DecodeRaw DecodeWav EncodeBase64 EncodeJpeg EncodePng HashTable "
        "HashTableV2 InitializeTableFromTextFileV2 InitializeTableV2 IteratorGetNext LookupTableFind "
        "LookupTableFindV2 LookupTableImport LookupTableImportV2 LookupTableInsertV2 "
        "MutableDenseHashTableV2 MutableHashTable MutableHashTableV2 NormalizeUTF8 ParseExample "
        "ParseExampleV2 ParseSingleExample QueueDequeueManyV2 QueueDequeueUpToV2 QueueDequeueV2 "
        "RaggedGather RaggedRange RaggedTensorToTensor ReadFile ReduceJoin RegexFullMatch RegexReplace "
        "RegexSplitWithOffsets SentenceFragments SentencepieceTokenizeOp SentencepieceTokenizeWithOffsetsOp "
        "ShardedFilename SparseToDense SplitMergeTokenizeWithOffsets StaticRegexFullMatch "
        "StaticRegexReplace StringFormat StringJoin StringLength StringLower StringNGrams StringSplitV2 "
        "StringStrip StringToHashBucket StringToHashBucketFast StringToHashBucketStrong StringToNumber "
        "StringUpper Substr UnicodeDecode UnicodeDecodeWithOffsets UnicodeEncode "
        "UnicodeScriptTokenizeWithOffsets UnicodeTranscode WhitespaceTokenizeWithOffsets "
        "WordpieceTokenizeWithOffsets"
    ),
    "unary": (
        "Abs Acos Acosh Asin Asinh Atan Atanh Ceil ComplexAbs Cos Cosh Digamma Elu Erf Erfc Erfinv Exp "
        "Expm1 Floor HardSwish Inv IsFinite IsInf IsNan LeakyRelu Lgamma Log Log1p LogicalNot Ndtri Neg "
        "OnesLike Reciprocal Relu Relu6 ReluN1To1 Rint Round Rsqrt Selu Sigmoid Sign Sin Sinh Softplus "
        "Softsign Sqrt Square Tan Tanh ZerosLike"
    ),
}
"""Module → the ops it has laws for, parted by spaces."""
