/**
 * Limits of the HDF5 reader. CvT-W24's Keras file has about 800 datasets and 400 groups, a megabyte of structure in all. Each
 * limit keeps a file of a few kilobytes from asking for endless work.
 */

/** All structure that is looked at, counted each time; so every loop over it ends. */
export const MAX_STRUCTURE_BYTES = 64 * 2 ** 20;
/** Read at a time: structure comes in pieces of a few hundred bytes, often neighbours. */
export const PAGE_BYTES = 1024;
/** An object's header with its continuations. An attribute is at most 64 KiB in this layout. */
export const MAX_HEADER_BYTES = 2 ** 20;
export const MAX_HEADER_BLOCKS = 256;
/** Names of one group, or strings of one global heap collection. */
export const MAX_HEAP_BYTES = 2 ** 22;
/** Entries of one tree node or one table of symbols: the format's defaults are 32 and 8. */
export const MAX_NODE_ENTRIES = 1024;
export const MAX_TREE_LEVELS = 8;
export const MAX_GROUP_ENTRIES = 1 << 14;
/** Groups in groups along one name. */
export const MAX_PATH_PARTS = 64;
