/** Pixels for each CSS pixel: sharp on paper and on fine screens. */
const SCALE = 2;

/**
 * Draws an SVG as a PNG. The page's policy must let it show images from `blob:`.
 * @throws Error where the picture has no size, or is too large for the browser
 */
export async function toPng(svg: string): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * SCALE;
    canvas.height = image.naturalHeight * SCALE;
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture is too large.')) : resolve(blob))),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
