import { ImageOff } from 'lucide-react';
import { useEffect, useState } from 'react';
import { judgePicture } from '../../pipeline/pipeline.ts';
import { makeThumbnail } from '../../pipeline/thumbnail.ts';
import { useEvaluate } from '../../stores/evaluate.ts';
import { useImages } from '../../stores/images.ts';
import { useScreen } from '../../stores/screen.ts';
import { Tip } from '../../ui/tooltip.tsx';

interface PictureThumbProps {
  readonly evaluation: string;
  /** In the evaluation's folder. */
  readonly path: string;
}

/** A picture of an evaluation, small; a click brings it to Inspect. Its path alone where the folder is not at hand. */
export function PictureThumb({ evaluation, path }: PictureThumbProps) {
  const file = useEvaluate((state) => state.folders[evaluation]?.files.get(path) ?? null);
  const url = useThumbnail(path, file);
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (file === null)
    return (
      <span className="thumb-path mono selectable" title={path}>
        {path}
      </span>
    );
  const inspect = () => {
    useImages.getState().add([{ name, file }]);
    useScreen.getState().show('inspect');
  };
  return (
    <Tip label={path} side="top">
      <button type="button" className="thumb" aria-label={`Inspect ${path}`} onClick={inspect}>
        {url ? <img src={url} alt="" /> : <ImageOff size={16} aria-hidden />}
      </button>
    </Tip>
  );
}

/** An object URL of a small rendering; null before there is one, or where there will be none. */
function useThumbnail(name: string, file: File | null): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (file === null) return;
    let made: string | null = null;
    let isGone = false;
    const make = async () => {
      const thumbnail = await makeThumbnail(file, (await judgePicture(name, file)).size);
      if (thumbnail === null || isGone) return;
      made = URL.createObjectURL(thumbnail);
      setUrl(made);
    };
    // A picture that cannot be read has its place in the list of those.
    make().catch(() => {});
    return () => {
      isGone = true;
      if (made !== null) URL.revokeObjectURL(made);
      setUrl(null);
    };
  }, [name, file]);
  return url;
}
