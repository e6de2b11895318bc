"""Exports the pipelines of sklearn_pipelines.py by skl2onnx, each with the answers of
ONNX Runtime to some rows:

    python sklearn_models.py FOLDER

sklearn.txt is what it needs. Scores that a model gives as a map for each row
(ZipMap) are written as the tensor [rows, classes] that they are made of.
"""

import pathlib
import sys
import warnings

from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType

from sklearn_pipelines import pipelines
from vectors import write


# What has no converter to the newest operator sets.
OLDER = {"isolation_forest": {"": 18, "ai.onnx.ml": 3}}


def export(name, model, rows, options):
    """Returns the ONNX model, and its inputs."""
    if not isinstance(rows, dict):
        rows = {"X": rows}
    types = []
    for column, values in rows.items():
        kind = StringTensorType if values.dtype == object else FloatTensorType
        types.append((column, kind([None, *values.shape[1:]])))
    options = {id(model): options} if options else None
    return to_onnx(model, initial_types=types, options=options, target_opset=OLDER.get(name)), list(rows.values())


def main(target):
    warnings.simplefilter("ignore")
    for name, model, rows, options in pipelines():
        some = {key: column[:16] for key, column in rows.items()} if isinstance(rows, dict) else rows[:16]
        exported, inputs = export(name, model, some, options)
        folder = target / f"sklearn_{name}"
        folder.mkdir(parents=True)
        (folder / "model.onnx").write_bytes(exported.SerializeToString())
        write(folder, inputs)
        print(folder.name)


main(pathlib.Path(sys.argv[1]))
