/**
 * Gives a popup that has just opened the focus itself. Radix would give it to the first control, whose tooltip would then
 * stand over the popup and take the first Escape.
 */
export function focusPopup(event: Event): void {
  event.preventDefault();
  if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus();
}
