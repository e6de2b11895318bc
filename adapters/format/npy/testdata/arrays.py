"""Writes the arrays that the tests read: python3 arrays.py, with NumPy."""
import numpy as np
from numpy.lib import format as npy


def save(name, array, version=None):
    with open(name + ".npy", "wb") as file:
        npy.write_array(file, array, version=version, allow_pickle=True)


numbers = np.arange(6).reshape(2, 3)
for dtype in ["i1", "u1", "<i2", ">i2", "<i4", "<i8", ">u8", "<u2", "<u4", "<f2", ">f2", "<f4", ">f4", "<f8"]:
    order = {"<": "little_", ">": "big_"}.get(dtype[0], "")
    save("numbers_" + order + dtype.strip("<>"), numbers.astype(dtype))
save("fortran", np.asfortranarray(np.arange(24).reshape(2, 3, 4).astype("f4")))
save("bool", np.array([True, False, True]))
save("version2", numbers.astype("f4"), (2, 0))
save("version3", numbers.astype("f4"), (3, 0))
save("scalar", np.array(7, "f4"))
save("empty", np.zeros((0, 3), "f4"))
save("str", np.array(["a", "é", "猫猫"]))
save("bytes", np.array([b"a", b"bc"]))
save("refused_complex", np.zeros(1, "c8"))
save("refused_longdouble", np.zeros(1, "g"))
save("refused_object", np.array([{"a": 1}], dtype=object))
save("refused_time", np.zeros(1, "M8[s]"))
save("refused_record", np.zeros(1, [("a", "f4"), ("b", "i4")]))
save("refused_void", np.zeros(1, "V3"))
with open("refused_archive.npy", "wb") as archive:
    np.savez(archive, numbers)
