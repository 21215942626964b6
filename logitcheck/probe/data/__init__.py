"""The user's own data: arrays, tables, TFRecord files and folders of images, read a batch at a time."""
