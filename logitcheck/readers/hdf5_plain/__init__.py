"""Lists the plain part of HDF5 without HDF5's library: what h5py writes for Keras, and nothing odd.

Superblock 0, object headers of version 1, groups with a B-tree, arrays stored in one piece or in their
header. Whatever is not known wholly is :class:`~logitcheck.readers.hdf5_plain.image.NotPlain`, never guessed;
the library then lists the file in its limited child. Source for all of it: HDF5 File Format Specification,
version 3.0; the sections are named where they are used.
"""

from __future__ import annotations
