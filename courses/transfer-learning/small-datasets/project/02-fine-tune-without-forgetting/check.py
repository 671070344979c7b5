hidden = shapes(60, seed=hidden_seed, part="test", difficulty=1.0)
hidden = hidden.select(np.random.default_rng(hidden_seed).permutation(len(hidden)))
scores = np.asarray(predict(hidden.pixels))
assert scores.shape == (300, 5), (
    f"predict(pixels) should return five scores for each of 300 images, shape (300, 5); it returns {scores.shape}."
)
assert np.isfinite(scores).all(), "predict(pixels) returns scores that are NaN or infinite."
accuracy = float(np.mean(scores.argmax(axis=1) == hidden.labels))
