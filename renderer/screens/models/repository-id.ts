/** What a user typed or pasted for a repository: an id to ask the library for, or what is wrong with it. */
export type RepositoryInput =
  | { readonly kind: 'empty' }
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'problem'; readonly problem: string };

const PAGE = /^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\//i;
/** Pages of a repository have the revision after one of these. */
const PAGE_OF_REVISION = /^([^/]+\/[^/]+)\/(?:tree|blob|resolve|commit)\/([^/]+)(?:\/.*)?$/;
const PART = /^[A-Za-z0-9._-]+$/;

/**
 * `owner/name`, `owner/name@revision`, or the address of a repository's page. Looks at the shape alone; the library judges
 * the rest.
 */
export function readRepository(text: string): RepositoryInput {
  const typed = text.trim();
  if (typed === '') return { kind: 'empty' };
  const path = typed
    .replace(PAGE, '')
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '');
  if (/^https?:\/\//i.test(path))
    return { kind: 'problem', problem: 'Only repositories of the Hugging Face hub, as owner/name.' };
  const page = PAGE_OF_REVISION.exec(path);
  const [repository, revision, ...more] = page ? [page[1]!, page[2]!] : path.split('@');
  const parts = (repository ?? '').split('/');
  if (/^(datasets|spaces)$/i.test(parts[0] ?? '') && parts.length > 2)
    return { kind: 'problem', problem: 'That is a data set or a space. A model’s repository is needed.' };
  if (parts.length !== 2 || parts.some((part) => part === ''))
    return { kind: 'problem', problem: 'A repository is owner/name, such as microsoft/cvt-13.' };
  const odd = parts.find((part) => !PART.test(part));
  if (odd !== undefined)
    return { kind: 'problem', problem: `“${odd}”: names have letters, digits, dots, dashes and underscores only.` };
  if (more.length > 0 || revision === '')
    return { kind: 'problem', problem: 'After @ comes one branch, tag or commit, such as @main.' };
  return { kind: 'id', id: revision === undefined ? `${repository}` : `${repository}@${revision}` };
}
