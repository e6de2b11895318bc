"""Exports Keras models, with random weights, by tf2onnx, each with the answers of
ONNX Runtime to random inputs:

    python tensorflow_models.py FOLDER

tensorflow.txt is what it needs. They are small: the point is what tf2onnx writes,
such as transpositions around convolutions, and loops for recurrent layers.
"""

import logging
import os
import pathlib
import sys

os.environ.update(TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")

import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from tensorflow import keras
from tensorflow.keras import layers

from vectors import write


def chain(shape, *parts, dtype="float32"):
    return keras.Sequential([keras.Input(shape, dtype=dtype), *parts])


def attention():
    words = keras.Input((12,), dtype="int32")
    embedded = layers.Embedding(50, 16)(words)
    mixed = layers.LayerNormalization()(layers.MultiHeadAttention(2, 8)(embedded, embedded) + embedded)
    return keras.Model(words, layers.Dense(3, activation="softmax")(layers.GlobalAveragePooling1D()(mixed)))


def unet():
    picture = keras.Input((32, 32, 3))
    first = layers.Conv2D(8, 3, padding="same", activation="relu")(picture)
    deep = layers.Conv2D(16, 3, padding="same", activation="swish")(layers.MaxPooling2D()(first))
    ways = [layers.UpSampling2D(interpolation="bilinear"), layers.UpSampling2D(), layers.Conv2DTranspose(8, 3, strides=2, padding="same")]
    return keras.Model(picture, layers.Conv2D(2, 1, activation="softmax")(layers.Concatenate()([first, *(way(deep) for way in ways)])))


def plain():
    return chain(
        (32, 32, 3), layers.Conv2D(8, 3, strides=2, padding="same", activation="relu"), layers.BatchNormalization(),
        layers.DepthwiseConv2D(3, padding="same"), layers.BatchNormalization(), layers.ReLU(6.0), layers.AveragePooling2D(3, 2, padding="same"),
        layers.SeparableConv2D(12, 3), layers.GlobalAveragePooling2D(), layers.Dropout(0.5), layers.Dense(4, activation="softmax"),
    )


def along_time():
    return chain(
        (40, 6), layers.Conv1D(8, 5, padding="causal", dilation_rate=2), layers.LeakyReLU(), layers.MaxPooling1D(), layers.SeparableConv1D(8, 3),
        layers.PReLU(), layers.GlobalMaxPooling1D(), layers.Dense(3, activation="sigmoid"),
    )


def volumes():
    return chain(
        (10, 12, 12, 2), layers.Conv3D(4, 3, activation="elu"), layers.MaxPooling3D(), layers.AveragePooling3D(2, padding="same"),
        layers.Conv3D(4, 2, padding="same"), layers.Flatten(), layers.Dense(3),
    )


def norms():
    return chain(
        (16, 16, 8), layers.GroupNormalization(4), layers.Conv2D(8, 3, activation="softsign"), layers.LayerNormalization(), layers.UnitNormalization(),
        layers.Activation("softplus"), layers.Activation("selu"), layers.ZeroPadding2D(1), layers.Cropping2D(2), layers.Resizing(9, 9),
        layers.Rescaling(2.0, 1.0), layers.Flatten(), layers.Dense(3, activation="tanh"),
    )


# By name: the model, the shape of its input, the opsets to write.
MODELS = {
    "plain": (plain, (2, 32, 32, 3), (7, 8, 9, 11, 13, 18)),
    "mobilenet_v2": (lambda: keras.applications.MobileNetV2((64, 64, 3), alpha=0.35, weights=None, classes=10), (2, 64, 64, 3), (13,)),
    "mobilenet_v3": (lambda: keras.applications.MobileNetV3Small((64, 64, 3), weights=None, classes=10), (2, 64, 64, 3), (13,)),
    "resnet50_v2": (lambda: keras.applications.ResNet50V2(input_shape=(64, 64, 3), weights=None, classes=10), (2, 64, 64, 3), (13,)),
    "lstm": (lambda: chain((11, 12), layers.LSTM(16, return_sequences=True), layers.Bidirectional(layers.LSTM(8)), layers.Dense(3)), (3, 11, 12), (9, 13)),
    "gru": (lambda: chain((11, 12), layers.GRU(16, return_sequences=True), layers.GRU(8, reset_after=False), layers.Dense(3)), (3, 11, 12), (9, 13)),
    "rnn": (lambda: chain((11, 12), layers.SimpleRNN(16), layers.Dense(3)), (3, 11, 12), (9, 13)),
    "masked": (lambda: chain((11,), layers.Embedding(50, 8, mask_zero=True), layers.LSTM(8), layers.Dense(3), dtype="int32"), (3, 11), (9, 13)),
    "attention": (attention, (2, 12), (13, 18)),
    "unet": (unet, (2, 32, 32, 3), (13, 18)),
    "along_time": (along_time, (2, 40, 6), (9, 13)),
    "volumes": (volumes, (2, 10, 12, 12, 2), (9, 13)),
    "norms": (norms, (2, 16, 16, 8), (13, 18)),
}


def shake(model, random):
    """Gives the statistics of normalisations values that are not 0 and 1."""
    for weights in model.weights:
        if "moving_mean" in weights.path:
            weights.assign(random.uniform(-0.1, 0.1, weights.shape))
        elif "moving_variance" in weights.path:
            weights.assign(random.uniform(0.5, 1.5, weights.shape))


def main(target):
    logging.disable(logging.WARNING)  # tf2onnx tells at length which of its optimisations fail
    for name, (build, shape, opsets) in MODELS.items():
        keras.utils.set_random_seed(len(name))
        random = np.random.default_rng(len(name))
        model = build()
        shake(model, random)
        words = model.inputs[0].dtype == "int32"
        rows = random.integers(50, size=shape).astype(np.int32) if words else random.normal(size=shape).astype(np.float32)
        function = tf.function(lambda x, model=model: model(x, training=False))
        for opset in opsets:
            given = tf.TensorSpec((None, *shape[1:]), rows.dtype, name="x")
            exported, _ = tf2onnx.convert.from_function(function, input_signature=[given], opset=opset)
            folder = target / f"tensorflow_{name}_{opset}"
            folder.mkdir(parents=True)
            onnx.save(exported, folder / "model.onnx")
            write(folder, [rows])
            print(folder.name, flush=True)


main(pathlib.Path(sys.argv[1]))
