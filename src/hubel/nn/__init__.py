"""Nets: modules, losses, optimisers, the training loop and what measures it."""

from hubel.nn import schedules
from hubel.nn._activations import (
    ACTIVATIONS,
    ELU,
    LeakyReLU,
    Maxout,
    ReLU,
    Sigmoid,
    Tanh,
)
from hubel.nn._config import TrainConfig
from hubel.nn._conv import Conv2d
from hubel.nn._convnet import convnet
from hubel.nn._describe import describe
from hubel.nn._evaluate import accuracy, evaluate, predict, predict_scores
from hubel.nn._fit import fit
from hubel.nn._freeze import freeze, unfreeze
from hubel.nn._init import INITIALIZERS, initialize
from hubel.nn._keys import step_keys
from hubel.nn._layers import Dropout, Flatten, Linear, Normalize, Sequential
from hubel.nn._live import Live
from hubel.nn._losses import (
    LOSSES,
    logistic,
    multiclass_hinge,
    softmax_cross_entropy,
    squared,
    squared_hinge,
)
from hubel.nn._metrics import confusion_matrix, count_correct
from hubel.nn._mlp import mlp
from hubel.nn._module import Frozen, Module, bias, fixed, static, statistic, weight
from hubel.nn._norm import BatchNorm
from hubel.nn._optim import OPTIMIZERS, SGD, Adam
from hubel.nn._pool import AvgPool2d, GlobalAvgPool2d, MaxPool2d
from hubel.nn._records import Epoch, records
from hubel.nn._running import Running
from hubel.nn._summary import summary
from hubel.nn._tally import Tally
from hubel.nn._training import Slice, Snapshot, Training

__all__ = ["Module", "bias", "describe", "fixed", "mlp", "static", "statistic"]
__all__ += ["AvgPool2d", "BatchNorm", "Conv2d", "GlobalAvgPool2d", "MaxPool2d"]
__all__ += ["convnet"]
__all__ += ["Dropout", "Flatten", "Frozen", "Linear", "Normalize", "Sequential"]
__all__ += ["ACTIVATIONS", "ELU", "LeakyReLU", "Maxout", "ReLU", "Sigmoid", "Tanh"]
__all__ += ["INITIALIZERS", "freeze", "initialize", "step_keys", "unfreeze"]
__all__ += ["LOSSES", "logistic", "multiclass_hinge", "softmax_cross_entropy"]
__all__ += ["squared_hinge"]
__all__ += ["OPTIMIZERS", "SGD", "Adam", "schedules", "squared"]
__all__ += ["Epoch", "Slice", "Snapshot", "TrainConfig", "Training", "fit", "records"]
__all__ += ["Live", "Running", "Tally", "accuracy", "confusion_matrix"]
__all__ += ["count_correct", "evaluate", "predict", "predict_scores", "summary"]
__all__ += ["weight"]
