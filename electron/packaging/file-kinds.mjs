/**
 * The kinds of files that the packaged app is offered for under "Open with". It is made the default for none of them.
 * `mime` is set where Linux has no type of its own, and `known` where it has one.
 */
export const FILE_KINDS = /** @type {const} */ ([
  { description: 'Safetensors checkpoint', extensions: ['safetensors'], mime: 'application/x-safetensors' },
  { description: 'PyTorch checkpoint', extensions: ['pth', 'pt'], mime: 'application/x-pytorch-checkpoint' },
  { description: 'Paddle parameters', extensions: ['pdparams'], mime: 'application/x-paddle-parameters' },
  { description: 'HDF5 weights', extensions: ['h5'], known: 'application/x-hdf' },
  // Too many things are a .bin for a type of our own.
  { description: 'PyTorch weights', extensions: ['bin'] },
  { description: 'JPEG picture', extensions: ['jpg', 'jpeg'], known: 'image/jpeg' },
  { description: 'PNG picture', extensions: ['png'], known: 'image/png' },
  { description: 'WebP picture', extensions: ['webp'], known: 'image/webp' },
  { description: 'GIF picture', extensions: ['gif'], known: 'image/gif' },
  { description: 'BMP picture', extensions: ['bmp'], known: 'image/bmp' },
  { description: 'AVIF picture', extensions: ['avif'], known: 'image/avif' },
]);
