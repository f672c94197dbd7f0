import { type RefObject, useLayoutEffect, useState } from 'react';

export interface ElementSize {
  readonly width: number;
  readonly height: number;
}

/** The content size of an element in CSS pixels, kept current; zero before it is laid out. */
export function useElementSize(element: RefObject<HTMLElement | null>): ElementSize {
  const [size, setSize] = useState<ElementSize>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new ResizeObserver(() => setSize({ width: target.clientWidth, height: target.clientHeight }));
    setSize({ width: target.clientWidth, height: target.clientHeight });
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return size;
}
