/** The element that fills the page, and the name of what it shows. */
export function pageElement(): { element: HTMLElement; name: string } {
  const element = document.querySelector<HTMLElement>('#viewer')!;
  document.body.style.margin = '0';
  element.style.minHeight = '100vh';
  return { element, name: element.dataset.name! };
}
