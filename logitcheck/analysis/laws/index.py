"""Which family module holds the law of which op; a test keeps it complete."""

from __future__ import annotations

FAMILIES: dict[str, str] = {
    "arithmetic": (
        "AccumulateNV2 Add AddN AddV2 Atan2 Div DivNoNan FloorDiv FloorMod Maximum Minimum Mod Mul MulNoNan "
        "Pow RealDiv SquaredDifference Sub TruncateDiv TruncateMod Xdivy Xlog1py Xlogy"
    ),
    "control": (
        "AnonymousIteratorV2 ApplyAdadelta ApplyAdagrad ApplyAdam ApplyFtrl ApplyGradientDescent "
        "ApplyMomentum ApplyRMSProp Assert Assign AssignAdd AssignAddVariableOp AssignSub "
        "AssignSubVariableOp AssignVariableOp Case CheckNumerics CheckNumericsV2 Const ControlTrigger "
        "DeepCopy DestroyResourceOp DisableCopyOnRead EnsureShape Enter Exit FIFOQueueV2 HostConst Identity "
        "IdentityN If IsVariableInitialized Iterator IteratorV2 LoopCond Merge MergeV2Checkpoints "
        "NextIteration NoOp OneShotIterator PartitionedCall Placeholder PlaceholderWithDefault "
        "PreventGradient Print PrintV2 RandomShuffleQueueV2 ReadVariableOp RefEnter RefExit RefIdentity "
        "RefMerge RefNextIteration RefSwitch ResourceApplyAdaMax ResourceApplyAdadelta "
        "ResourceApplyAdagradV2 ResourceApplyAdam ResourceApplyFtrl ResourceApplyGradientDescent "
        "ResourceApplyKerasMomentum ResourceApplyMomentum ResourceApplyRMSProp ResourceScatterAdd "
        "ResourceScatterSub ResourceScatterUpdate RestoreV2 SaveV2 ScatterAdd ScatterSub ScatterUpdate "
        "Select SelectV2 Snapshot StatefulPartitionedCall StatelessCase StatelessIf StatelessWhile "
        "StopGradient Switch VarHandleOp VarIsInitializedOp Variable VariableV2 Weight While"
    ),
    "linear": (
        "BatchMatMul BatchMatMulV2 BatchMatMulV3 BiasAdd BiasAddV1 Conv Conv2D Conv2DBackpropInput Conv3D "
        "Conv3DBackpropInputV2 DepthwiseConv2dNative DepthwiseConv2dNativeBackpropInput Einsum MatMul"
    ),
    "normalisers": (
        "CTCLoss CTCLossV2 FusedBatchNorm FusedBatchNormV2 FusedBatchNormV3 L2Loss LRN LogSoftmax Softmax "
        "SoftmaxCrossEntropyWithLogits SparseSoftmaxCrossEntropyWithLogits"
    ),
    "reductions": (
        "All Any ArgMax ArgMin Bincount Cumprod Cumsum CumulativeLogsumexp DenseBincount EuclideanNorm Max "
        "Mean Min Prod SegmentMax SegmentMean SegmentMin SegmentProd SegmentSum SegmentSumV2 "
        "SparseSegmentMean SparseSegmentSqrtN SparseSegmentSum Sum TopK TopKV2 UnsortedSegmentMax "
        "UnsortedSegmentMean UnsortedSegmentMin UnsortedSegmentProd UnsortedSegmentSum"
    ),
    "shapes": "Concat ConcatV2 ExpandDims Pack Reshape Slice Split SplitV Squeeze Stack Transpose Unpack Unstack",
    "unary": (
        "Abs Acos Acosh Asin Asinh Atan Atanh Ceil ComplexAbs Cos Cosh Digamma Elu Erf Erfc Erfinv Exp "
        "Expm1 Floor HardSwish Inv IsFinite IsInf IsNan LeakyRelu Lgamma Log Log1p LogicalNot Ndtri Neg "
        "OnesLike Reciprocal Relu Relu6 ReluN1To1 Rint Round Rsqrt Selu Sigmoid Sign Sin Sinh Softplus "
        "Softsign Sqrt Square Tan Tanh ZerosLike"
    ),
}
"""Module → the ops it has laws for, parted by spaces."""
