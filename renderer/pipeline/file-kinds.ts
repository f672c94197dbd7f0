import { RECIPE_FORMAT } from '../../models/recipe/recipe.ts';

/** What a file seems to be by its name; what it is, is judged by its content. */
export type FileKind = 'picture' | 'checkpoint' | 'companion' | 'recipe' | 'unknown';

const PICTURE = /\.(jpe?g|jpe|jfif|png|gif|webp|bmp|avif|heic|heif|tiff?|jxl)$/i;
/** What the readers open, and neighbours of it that deserve the readers' own message. */
const CHECKPOINT =
  /\.(pth|pth\.tar|pt|bin|ckpt|pkl|pickle|safetensors|pdparams|h5|hdf5|keras|onnx|tflite|pb|gguf|msgpack|npz)$/i;
/** A spec, a config or a list of labels: they belong to a checkpoint. */
const COMPANION = /\.(json|ya?ml|txt)$/i;
/** As recipes are saved; a renamed one is known by its content. */
const RECIPE = /\.recipe\.json$/i;
const JSON_NAME = /\.json$/i;
/** A recipe says what it is in its first line. */
const RECIPE_HEAD_BYTES = 256;

export function kindOfName(name: string): FileKind {
  if (PICTURE.test(name)) return 'picture';
  if (CHECKPOINT.test(name)) return 'checkpoint';
  if (RECIPE.test(name)) return 'recipe';
  return COMPANION.test(name) ? 'companion' : 'unknown';
}

/** How the files of the checkpoint formats begin: zip, pickle with its protocol, HDF5. */
const MAGICS: readonly (readonly number[])[] = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x80, 0x02],
  [0x80, 0x03],
  [0x80, 0x04],
  [0x80, 0x05],
  [0x89, 0x48, 0x44, 0x46],
];
/** A safetensors file begins with eight bytes of length, then JSON. */
const SAFETENSORS_JSON_AT = 8;

/** Whether a file of no known name begins as a checkpoint does. */
export async function beginsAsCheckpoint(file: Blob): Promise<boolean> {
  const bytes = new Uint8Array(await file.slice(0, SAFETENSORS_JSON_AT + 1).arrayBuffer());
  if (MAGICS.some((magic) => magic.every((byte, at) => bytes[at] === byte))) return true;
  const isSmallLength =
    bytes.length > SAFETENSORS_JSON_AT && bytes.subarray(4, SAFETENSORS_JSON_AT).every((byte) => byte === 0);
  return isSmallLength && bytes[SAFETENSORS_JSON_AT] === '{'.charCodeAt(0);
}

/** Whether a JSON file that is not called a recipe is one. */
export async function beginsAsRecipe(file: File): Promise<boolean> {
  if (!JSON_NAME.test(file.name)) return false;
  return (await file.slice(0, RECIPE_HEAD_BYTES).text()).includes(`"${RECIPE_FORMAT}"`);
}
