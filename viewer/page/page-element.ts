/** The element that fills the page, and the name of what it shows. */
export function pageElement(): { element: HTMLElement; name: string } {
  const element = document.querySelector<HTMLElement>('#viewer')!;
  document.body.style.margin = '0';
  return { element, name: element.dataset.name! };
}
