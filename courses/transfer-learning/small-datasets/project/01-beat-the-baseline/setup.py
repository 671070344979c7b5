import keras
import numpy as np

from practicum.lab.shape_drawings import shapes

kinds = ("circle", "square", "triangle", "star", "ring")
drawn = shapes(20, seed=seed, part="train", difficulty=0.5)
train_pixels, train_labels = drawn.pixels, drawn.labels
drawn = shapes(40, seed=seed, part="validation", difficulty=0.5)
val_pixels, val_labels = drawn.pixels, drawn.labels
