import type { AttentionMap } from '../../../../models/attention/attention-map.ts';

const VIEWS: Readonly<Record<AttentionMap['view'], string>> = {
  cls: 'cls',
  received: 'received',
  row: 'query',
  column: 'attended-by',
  rollout: 'rollout',
  attribution: 'class',
  projection: 'projection',
};

/** Every file system takes these. */
const UNSAFE = /[^\p{L}\p{N}._-]+/gu;
const LONGEST_NAME = 80;

/** `parrot.cls.stage3.block10.head2`: what a figure or an array of a map is called, without its kind. */
export function exportName(picture: string, map: AttentionMap, className: (index: number) => string): string {
  const parts = [plain(picture.replace(/\.[^.]{1,5}$/, '')) || 'picture', VIEWS[map.view]];
  if (map.classes) parts.push(plain(className(map.classes.target)));
  if (map.classes?.contrast != null) parts.push(`less-${plain(className(map.classes.contrast))}`);
  if (map.projectionOf) parts.push(map.projectionOf);
  parts.push(map.on === 'pixels' ? 'pixels' : `stage${map.stage + 1}`);
  if (map.block !== null) parts.push(`block${map.block + 1}`);
  if (map.head !== null) parts.push(`head${map.head + 1}`);
  return parts.filter((part) => part !== '').join('.');
}

export function plain(text: string): string {
  return text
    .replace(UNSAFE, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, LONGEST_NAME);
}
