import keras
import numpy as np

from practicum.lab.shape_drawings import shapes

class_names = ("circle", "square", "triangle", "star", "ring")
train = shapes(20, seed=seed, part="train", difficulty=0.5)
train_pixels, train_labels = train.pixels, train.labels
validation = shapes(40, seed=seed, part="validation", difficulty=0.5)
val_pixels, val_labels = validation.pixels, validation.labels
