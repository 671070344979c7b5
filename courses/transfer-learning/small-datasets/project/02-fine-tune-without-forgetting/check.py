hidden = shapes(60, seed=7000 + seed, part="test", difficulty=1.0)
scores = np.asarray(predict(hidden.pixels))
assert scores.shape == (300, 5), (
    f"predict(pixels) should give five scores for each of 300 pictures, (300, 5); it gives {scores.shape}."
)
assert np.isfinite(scores).all(), "predict(pixels) gives scores that are no numbers (NaN or infinite)."
accuracy = float(np.mean(scores.argmax(axis=1) == hidden.labels))
