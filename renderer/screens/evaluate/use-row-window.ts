import { useEffect, useRef, useState } from 'react';

/** Rows beyond the view that are drawn too, so that a turn of the wheel meets no blanks. */
const OVERSCAN = 12;

/** Which rows of a tall table are worth drawing. All of them unless `isOn`. */
export function useRowWindow(count: number, rowHeight: number, isOn: boolean) {
  const view = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(0);
  useEffect(() => {
    const element = view.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setHeight(element.clientHeight));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const onScroll = () => setTop(view.current?.scrollTop ?? 0);
  if (!isOn) return { view, onScroll, first: 0, last: count };
  const at = Math.min(top, Math.max(0, count * rowHeight - height));
  return {
    view,
    onScroll,
    first: Math.max(0, Math.floor(at / rowHeight) - OVERSCAN),
    last: Math.min(count, Math.ceil((at + height) / rowHeight) + OVERSCAN),
  };
}
