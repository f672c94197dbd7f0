/**
 * Limits of the pickle machine. CvT-W24's state dict takes 200 KB, 20,000 values, a stack of about 100 and a nesting of 4; a
 * training checkpoint a few times that. Each limit keeps a file of a few megabytes from taking gigabytes.
 */

export const MAX_PICKLE_BYTES = 16 * 2 ** 20;
/** Values made or fetched, all together: an opcode of one byte can make an empty dict of 200 bytes. */
export const MAX_VALUES = 1 << 20;
/** Python writes lists and dicts in batches of 1,000; only a long tuple goes on the stack whole. */
export const MAX_STACK = 1 << 16;
export const MAX_MEMO = 1 << 19;
/** Containers in containers. What reads the result may then recurse without fear. */
export const MAX_NESTING = 64;
/** Python's integers have no bound; the widest that a checkpoint holds is a random generator's 128 bits. */
export const MAX_INTEGER_BYTES = 64;
/** Of a module or of a name in it. */
export const MAX_GLOBAL_BYTES = 256;
/** Text up to this length is kept while a pickle is read from a file in pieces; names are, tensor data in protocol 2 is not. */
export const MAX_INLINE_TEXT = 512;
/** An opcode with all that belongs to it and is kept: the longest is a global of two lines, or an inline text. */
export const MAX_OPCODE_BYTES = 640;
/** Between two arrays of a Paddle file lie about 150 bytes of opcodes; CvT-W24 has 760 arrays. */
export const FIRST_WINDOW_BYTES = 1024;
export const MAX_WINDOW_BYTES = 1 << 16;
