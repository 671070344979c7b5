"""Transfer learning on small image sets, in Keras: pictures, pretrained networks, features, training."""
