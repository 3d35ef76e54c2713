"""Images and labels: readers of the classic data sets, and generators built in.

Everything here gives the one value type `Dataset`. Readers never run code from a
file, check sizes before they allocate, and answer a bad file with a `DataError`.
"""

from hubel.data._augment import augment
from hubel.data._augmentation import Augmentation
from hubel.data._cifar import cifar10
from hubel.data._cifar_binary import read_cifar10_binary
from hubel.data._cifar_python import read_cifar10_python
from hubel.data._collect import Progress
from hubel.data._dataset import Dataset
from hubel.data._download import PUBLISHED, download
from hubel.data._idx import read_idx
from hubel.data._image_folder import image_folder, image_folders
from hubel.data._mnist import mnist
from hubel.data._parquet import read_parquet
from hubel.data._picture import Resize
from hubel.data._pictures import find_pictures, read_image
from hubel.data._points import points
from hubel.data._tenshapes import tenshapes
from hubel.data._webdataset import read_webdataset

__all__ = [
    "PUBLISHED",
    "Augmentation",
    "Dataset",
    "Progress",
    "Resize",
    "augment",
    "cifar10",
    "download",
    "find_pictures",
    "image_folder",
    "image_folders",
    "mnist",
    "points",
    "read_cifar10_binary",
    "read_cifar10_python",
    "read_idx",
    "read_image",
    "read_parquet",
    "read_webdataset",
    "tenshapes",
]
