"""Message classes made from the tables, in a pool of our own: TensorFlow's may live in the same process."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import Any

from logitcheck.errors import NotAudited
from logitcheck.readers.proto.tables import DATA_TYPES, MESSAGES

PACKAGE = "logitcheck"
SCALARS = {
    "double": 1, "float": 2, "int64": 3, "uint64": 4, "int32": 5, "fixed32": 7, "bool": 8,
    "string": 9, "bytes": 12, "uint32": 13,
}  # fmt: skip
"""Type codes of ``FieldDescriptorProto``."""
MESSAGE, ENUM = 11, 14
OPTIONAL, REPEATED = 1, 3


@lru_cache(maxsize=1)
def _pool() -> Any:
    from google.protobuf import descriptor_pb2, descriptor_pool

    file = descriptor_pb2.FileDescriptorProto(name="logitcheck.proto", package=PACKAGE, syntax="proto3")
    _add_data_types(file.enum_type.add(name="DataType"))
    for line in MESSAGES.strip().splitlines():
        name, fields = line.split(": ", 1)
        _add_message(file.message_type.add(name=name), fields)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _add_data_types(enum: Any) -> None:
    for number, name in enumerate(DATA_TYPES.split()):
        enum.value.add(name=f"DT_{name}", number=number)
        if number:
            enum.value.add(name=f"DT_{name}_REF", number=number + 100)


def _add_message(message: Any, fields: str) -> None:
    groups: list[str] = []
    for text in fields.split(", "):
        number, name, kind, *group = text.split()
        field = message.field.add(name=name, number=int(number), label=OPTIONAL)
        if kind.startswith("{"):
            kind = _map_entry(message, name, kind[1:-1])
            field.label = REPEATED
        elif kind.endswith("*"):
            kind, field.label = kind[:-1], REPEATED
        _set_type(field, kind)
        if group:
            if group[0] not in groups:
                groups.append(group[0])
                message.oneof_decl.add(name=group[0][1:])
            field.oneof_index = groups.index(group[0])


def _map_entry(message: Any, field: str, value: str) -> str:
    """Add the nested entry type that protobuf writes for a map; return its name."""
    name = "".join(part.capitalize() for part in field.split("_")) + "Entry"
    entry = message.nested_type.add(name=name)
    entry.options.map_entry = True
    _set_type(entry.field.add(name="key", number=1, label=OPTIONAL), "string")
    _set_type(entry.field.add(name="value", number=2, label=OPTIONAL), value)
    return f"{message.name}.{name}"


def _set_type(field: Any, kind: str) -> None:
    if kind in SCALARS:
        field.type = SCALARS[kind]
    else:
        field.type = ENUM if kind == "DataType" else MESSAGE
        field.type_name = f".{PACKAGE}.{kind}"


@cache
def message_class(name: str) -> Any:
    """Return the class of a message of :data:`~logitcheck.readers.proto.tables.MESSAGES`."""
    from google.protobuf import message_factory

    described = _pool().FindMessageTypeByName(f"{PACKAGE}.{name}")
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(described)
    old: Any = message_factory.MessageFactory(_pool())  # protobuf up to 4.21
    return old.GetPrototype(described)


def parse(name: str, data: bytes, what: str) -> Any:
    """Parse bytes as a message; ``what`` names the file or field in the error.

    Raises NotAudited where they are no such message.
    """
    from google.protobuf.message import DecodeError

    try:
        return message_class(name).FromString(data)
    except DecodeError as error:
        raise NotAudited(f"{what} is not a readable {name} message") from error


def parse_text(name: str, text: str, what: str) -> Any:
    """Parse protobuf's text format, skipping fields that the tables do not list.

    Raises NotAudited where the text is no such message.
    """
    from google.protobuf import text_format

    try:
        return text_format.Parse(text, message_class(name)(), allow_unknown_field=True)
    except (text_format.ParseError, ValueError, RecursionError) as error:
        raise NotAudited(f"{what} is not a readable {name} in text form") from error
