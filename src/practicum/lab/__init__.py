"""Transfer learning on small image sets, in Keras: images, pretrained networks, features, training."""
