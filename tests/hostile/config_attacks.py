"""Attacks that stand in a Keras configuration: code, modules, functions, paths; at the top and nested."""

from __future__ import annotations

import base64
import marshal
from pathlib import Path
from typing import Any

from tests.hostile.attacks import Canary, attack
from tests.hostile.keras_files import dense, layer, sequential, write_hdf5, write_zip


def bytecode(canary: Canary) -> list[Any]:
    """What Keras 2 stores of a lambda: bytecode, defaults, closure."""
    return stored_lambda(f"open({str(canary.target)!r}, 'w').write('pwned')")


def stored_lambda(expression: str) -> list[Any]:
    """A lambda that evaluates an expression and returns its argument, as Keras 2 stores it."""
    code = compile(f"lambda x: ({expression}, x)[1]", "<lambda>", "eval").co_consts[0]
    return [base64.b64encode(marshal.dumps(code)).decode(), None, None]


def lambda_2(canary: Canary) -> dict[str, Any]:
    """A Lambda layer of Keras 2."""
    return layer("Lambda", function=bytecode(canary), function_type="lambda")


def lambda_3(canary: Canary) -> dict[str, Any]:
    """A Lambda layer of Keras 3."""
    code, defaults, closure = bytecode(canary)
    value = {"code": code, "defaults": defaults, "closure": closure}
    return layer("Lambda", function={"class_name": "__lambda__", "config": value})


def function(module: str, name: str) -> dict[str, Any]:
    """A function object as Keras 3 stores it."""
    return {"module": module, "class_name": "function", "config": name, "registered_name": name}


@attack("LC601")
def lambda_in_hdf5(folder: Path, canary: Canary) -> Path:
    return write_hdf5(folder, sequential(lambda_2(canary), dense()))


@attack("LC601")
def lambda_in_zip(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(lambda_3(canary), dense()))


@attack("LC601")
def lambda_in_a_nested_model(folder: Path, canary: Canary) -> Path:
    return write_hdf5(folder, sequential(sequential(lambda_2(canary), name="inner"), dense()))


@attack("LC601")
def lambda_three_models_deep(folder: Path, canary: Canary) -> Path:
    inner = sequential(sequential(lambda_3(canary), name="a"), name="b")
    return write_zip(folder, sequential(inner, dense()))


@attack("LC601")
def lambda_inside_time_distributed(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(layer("TimeDistributed", layer=lambda_3(canary)), dense()))


@attack("LC601")
def lambda_under_another_file_name(folder: Path, canary: Canary) -> Path:
    path = write_hdf5(folder, sequential(lambda_2(canary), dense()))
    return path.rename(folder / "weights.bin")


@attack("LC602")
def os_system_as_activation(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(dense(activation=function("os", "system"))))


@attack("LC602")
def os_system_as_layer_class(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(layer("system", "os"), dense()))


@attack("LC602")
def subprocess_in_an_initializer(folder: Path, canary: Canary) -> Path:
    value = {
        "module": "subprocess",
        "class_name": "Popen",
        "config": {"args": ["id"]},
        "registered_name": None,
    }
    return write_zip(folder, sequential(dense(kernel_initializer=value)))


@attack("LC602")
def builtins_eval_as_a_function(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(dense(activation=function("builtins", "eval"))))


@attack("LC602")
def get_file_gadget(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(dense(activation=function("keras.utils", "get_file"))))


@attack("LC602")
def get_file_by_its_inner_name(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(dense(activation=function("keras.src.utils.file_utils", "get_file"))))


@attack("LC602")
def unsafe_deserialization_switched_on(folder: Path, canary: Canary) -> Path:
    value = function("keras.config", "enable_unsafe_deserialization")
    return write_zip(folder, sequential(dense(kernel_regularizer=value)))


@attack("LC602")
def load_model_as_a_function(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(dense(activation=function("keras.saving", "load_model"))))


@attack("LC602")
def foreign_module_in_hdf5(folder: Path, canary: Canary) -> Path:
    return write_hdf5(folder, sequential(layer("Popen", "subprocess", args=["id"]), dense()))


@attack("LC602")
def foreign_loss_in_compile_config(folder: Path, canary: Canary) -> Path:
    config = sequential(dense())
    config["compile_config"] = {"optimizer": "adam", "loss": function("shutil", "rmtree")}
    return write_zip(folder, config)


@attack("LC602")
def foreign_constraint_in_a_nested_model(folder: Path, canary: Canary) -> Path:
    inner = sequential(dense("inner_dense", kernel_constraint=function("pty", "spawn")), name="inner")
    return write_zip(folder, sequential(inner, dense()))


@attack("LC602")
def module_that_only_begins_like_keras(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(layer("Dense", "keras_evil.layers", units=3), dense()))


@attack("LC603")
def torch_module_wrapper(folder: Path, canary: Canary) -> Path:
    pickle = base64.b64encode(b"\x80\x04\x95cos\nsystem\n.").decode()
    return write_zip(folder, sequential(layer("TorchModuleWrapper", module_=pickle), dense()))


@attack("LC604")
def tfsm_layer(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(layer("TFSMLayer", filepath="other", call_endpoint="serve"), dense()))


@attack("LC604")
def tfsm_layer_in_hdf5_nested(folder: Path, canary: Canary) -> Path:
    inner = sequential(layer("TFSMLayer", filepath="/srv/other"), name="inner")
    return write_hdf5(folder, sequential(inner, dense()), version="3.9.0")


@attack("LC604")
def string_lookup_vocabulary_path(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(layer("StringLookup", vocabulary=str(canary.secret)), dense()))


@attack("LC604")
def string_lookup_vocabulary_path_in_hdf5(folder: Path, canary: Canary) -> Path:
    return write_hdf5(folder, sequential(layer("StringLookup", vocabulary=str(canary.secret)), dense()))


@attack("LC604")
def integer_lookup_vocabulary_address(folder: Path, canary: Canary) -> Path:
    address = f"http://127.0.0.1:{canary.port}/vocabulary"
    return write_zip(folder, sequential(layer("IntegerLookup", vocabulary=address), dense()))


@attack("LC604")
def text_vectorization_vocabulary_path(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, sequential(layer("TextVectorization", vocabulary="../../secret.txt"), dense()))


@attack("LC608")
def deep_json_in_zip(folder: Path, canary: Canary) -> Path:
    return write_zip(folder, None, text="[" * 200_000)


@attack("LC608")
def deep_json_in_hdf5(folder: Path, canary: Canary) -> Path:
    return write_hdf5(folder, None, text='{"a":' * 12_000 + "1" + "}" * 12_000)
