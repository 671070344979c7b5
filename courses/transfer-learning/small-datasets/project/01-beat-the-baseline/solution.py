from practicum.lab.backbones import efficientnet_lite0

# The base was trained on a million photographs. It takes pixels from 0 to 255, and returns 1280 features per image.
base = efficientnet_lite0(64)
base.trainable = False
train_features = base.predict(train_pixels, verbose=0)
val_features = base.predict(val_pixels, verbose=0)

# Frozen, it returns the same features for an image each time: so compute them once, and train only the head.
head = keras.Sequential([keras.Input((1280,)), keras.layers.Dense(5)])
head.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
head.fit(
    train_features,
    train_labels,
    batch_size=20,
    epochs=30,
    validation_data=(val_features, val_labels),
    verbose=0,
)


def predict(pixels):
    return head.predict(base.predict(pixels, verbose=0), verbose=0)
