//! Published results on the training of XOR networks.
