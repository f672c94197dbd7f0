/** The colours of pinned queries, apart for every common colour blindness (Okabe and Ito's, bright enough for dark pictures). */
export const PIN_COLORS = ['#e69f00', '#56b4e9', '#f0e442', '#cc79a7', '#009e73', '#d55e00'] as const;
