"""The fields of TensorFlow's messages that a reader looks at, with their numbers.

Source: the public definitions under ``tensorflow/core/framework``, ``tensorflow/core/protobuf`` and
``keras/protobuf``. A field that is not listed is skipped by the parser, which is why most are not.

One message a line, ``Name: number name type, …``. ``*`` repeats, ``{V}`` is a map from string to V,
``?group`` puts a field into a oneof. Types are protobuf's scalars or names of other messages;
``DataType`` is an enum.
"""

from __future__ import annotations

DATA_TYPES = (
    "INVALID FLOAT DOUBLE INT32 UINT8 INT16 INT8 STRING COMPLEX64 INT64 BOOL QINT8 QUINT8 QINT32 BFLOAT16"
    " QINT16 QUINT16 UINT16 COMPLEX128 HALF RESOURCE VARIANT UINT32 UINT64 FLOAT8_E5M2 FLOAT8_E4M3FN"
    " FLOAT8_E4M3FNUZ FLOAT8_E4M3B11FNUZ FLOAT8_E5M2FNUZ INT4 UINT4"
)
"""Names of ``DataType`` from 0 on, each with ``DT_`` before it; 100 more is the type's reference type."""

MESSAGES = """
SavedModel: 1 saved_model_schema_version int64, 2 meta_graphs MetaGraphDef*
MetaGraphDef: 1 meta_info_def MetaInfoDef, 2 graph_def GraphDef, 3 saver_def SaverDef, 4 collection_def {CollectionDef}, 5 signature_def {SignatureDef}, 6 asset_file_def AssetFileDef*, 7 object_graph_def SavedObjectGraph
MetaInfoDef: 2 stripped_op_list OpList, 4 tags string*, 5 tensorflow_version string
OpList: 1 op OpDef*
AssetFileDef: 1 tensor_info TensorInfo, 2 filename string
SaverDef: 1 filename_tensor_name string, 2 save_tensor_name string, 3 restore_op_name string
CollectionDef: 1 node_list StringList ?kind, 2 bytes_list BytesList ?kind
StringList: 1 value string*
BytesList: 1 value bytes*
VariableDef: 1 variable_name string, 2 initializer_name string, 3 snapshot_name string, 4 save_slice_info_def SaveSliceInfoDef, 7 trainable bool
SaveSliceInfoDef: 1 full_name string, 2 full_shape int64*, 3 var_offset int64*, 4 var_shape int64*
SignatureDef: 1 inputs {TensorInfo}, 2 outputs {TensorInfo}, 3 method_name string
TensorInfo: 1 name string ?encoding, 4 coo_sparse CooSparse ?encoding, 5 composite_tensor CompositeTensor ?encoding, 2 dtype DataType, 3 tensor_shape TensorShapeProto
CooSparse: 1 values_tensor_name string, 2 indices_tensor_name string, 3 dense_shape_tensor_name string
CompositeTensor: 2 components TensorInfo*
GraphDef: 1 node NodeDef*, 2 library FunctionDefLibrary, 4 versions VersionDef
VersionDef: 1 producer int32, 2 min_consumer int32
NodeDef: 1 name string, 2 op string, 3 input string*, 4 device string, 5 attr {AttrValue}
AttrValue: 1 list ListValue ?value, 2 s bytes ?value, 3 i int64 ?value, 4 f float ?value, 5 b bool ?value, 6 type DataType ?value, 7 shape TensorShapeProto ?value, 8 tensor TensorProto ?value, 9 placeholder string ?value, 10 func NameAttrList ?value
ListValue: 2 s bytes*, 3 i int64*, 4 f float*, 5 b bool*, 6 type DataType*, 7 shape TensorShapeProto*, 8 tensor TensorProto*, 9 func NameAttrList*
NameAttrList: 1 name string, 2 attr {AttrValue}
TensorShapeProto: 2 dim Dim*, 3 unknown_rank bool
Dim: 1 size int64, 2 name string
TensorProto: 1 dtype DataType, 2 tensor_shape TensorShapeProto, 4 tensor_content bytes, 5 float_val float*, 6 double_val double*, 7 int_val int32*, 8 string_val bytes*, 9 scomplex_val float*, 10 int64_val int64*, 11 bool_val bool*, 12 dcomplex_val double*, 13 half_val int32*, 16 uint32_val uint32*, 17 uint64_val uint64*, 18 float8_val bytes
FunctionDefLibrary: 1 function FunctionDef*
FunctionDef: 1 signature OpDef, 3 node_def NodeDef*, 4 ret {string}, 5 attr {AttrValue}, 7 arg_attr NumberedAttrs*
NumberedAttrs: 1 key uint32, 2 value ArgAttrs
ArgAttrs: 1 attr {AttrValue}
OpDef: 1 name string, 2 input_arg ArgDef*, 3 output_arg ArgDef*
ArgDef: 1 name string, 3 type DataType, 4 type_attr string, 5 number_attr string, 6 type_list_attr string
SavedObjectGraph: 1 nodes SavedObject*, 2 concrete_functions {SavedConcreteFunction}
SavedObject: 1 children ObjectReference*, 4 user_object SavedUserObject ?kind, 5 asset SavedAsset ?kind, 6 function SavedFunction ?kind, 7 variable SavedVariable ?kind, 8 bare_concrete_function SavedBareConcreteFunction ?kind, 9 constant SavedConstant ?kind, 10 resource SavedResource ?kind, 12 captured_tensor CapturedTensor ?kind, 13 registered_name string
ObjectReference: 1 node_id int32, 2 local_name string
SavedUserObject: 1 identifier string, 3 metadata string
SavedAsset: 1 asset_file_def_index int32
SavedFunction: 1 concrete_functions string*
SavedVariable: 1 dtype DataType, 2 shape TensorShapeProto, 3 trainable bool, 6 name string
SavedBareConcreteFunction: 1 concrete_function_name string, 2 argument_keywords string*
SavedConstant: 1 operation string
SavedResource: 1 device string
CapturedTensor: 1 name string, 2 concrete_function string
SavedConcreteFunction: 2 bound_inputs int32*
TrackableObjectGraph: 1 nodes TrackableObject*
TrackableObject: 1 children ObjectReference*, 2 attributes SerializedTensor*
SerializedTensor: 1 name string, 2 full_name string, 3 checkpoint_key string
BundleHeaderProto: 1 num_shards int32, 2 endianness int32, 3 version VersionDef
BundleEntryProto: 1 dtype DataType, 2 shape TensorShapeProto, 3 shard_id int32, 4 offset int64, 5 size int64, 6 crc32c fixed32, 7 slices TensorSliceProto*
TensorSliceProto: 1 extent SliceExtent*
SliceExtent: 1 start int64, 2 length int64 ?has_length
KerasMetadata: 1 nodes KerasObject*
KerasObject: 2 node_id int32, 3 node_path string, 4 identifier string, 5 metadata string
"""  # noqa: E501 - one message a line is easier to compare with its definition
"""See the module's docstring for the notation."""
