loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
base = efficientnet_lite0(64)

# First the head alone. The base is frozen, so its features are computed once.
base.trainable = False
features, val_features = (base.predict(pixels, verbose=0) for pixels in (train_pixels, val_pixels))
head = keras.Sequential([keras.Input((1280,)), keras.layers.Dense(5)])
head.compile(optimizer=keras.optimizers.Adam(1e-3), loss=loss, metrics=["accuracy"])
head.fit(features, train_labels, batch_size=20, epochs=30, validation_data=(val_features, val_labels), verbose=0)

# Then everything but the BatchNorm layers, gently, and compiled again.
base.trainable = True
for layer in base.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.trainable = False
model = keras.Sequential([keras.Input((64, 64, 3)), base, head])
model.compile(optimizer=keras.optimizers.Adam(2e-4), loss=loss, metrics=["accuracy"])
model.fit(
    train_pixels, train_labels, batch_size=20, epochs=6, validation_data=(val_pixels, val_labels), verbose=0
)


def predict(pixels):
    return model.predict(pixels, verbose=0)
