/** Types of a drag out of a browser that brings an address instead of a file. */
const ADDRESS_TYPES = ['text/uri-list', 'text/x-moz-url'];

/** Whether a drag brings an address and no file: the app fetches nothing from elsewhere, so it cannot be opened. */
export function carriesOnlyAddress(types: readonly string[]): boolean {
  return !types.includes('Files') && ADDRESS_TYPES.some((type) => types.includes(type));
}

/** A picture that an address itself holds (`data:image/…;base64,…`); null for one that lies elsewhere. */
export function pictureInAddress(address: string): File | null {
  const match = /^data:(image\/[\w.+-]+)(?:;[\w=.-]+)*;base64,([A-Za-z0-9+/=\s]+)$/.exec(address.trim());
  if (!match) return null;
  const [, type = '', base64 = ''] = match;
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new File([bytes], `dragged.${type.slice('image/'.length).replace(/\+.*/, '')}`, { type });
  } catch {
    return null;
  }
}

/** What to do instead. */
export const ADDRESS_ADVICE =
  'The browser gave only the picture’s address, and CvT Lens fetches nothing from the network. Save the picture and drop the file, or copy the picture (not its address) and paste it here.';
