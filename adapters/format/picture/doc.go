// Package picture decodes the pictures that people send: PNG, JPEG, GIF, WebP,
// BMP and TIFF, recognised by their content. A picture with too many pixels is
// refused before it is decoded, and one with an EXIF orientation comes out
// upright.
//
// The orientation is read by a small reader of that one tag: the libraries that
// read EXIF have not seen a release for years or bring a dozen dependencies.
//
// A picture without loss comes out with the colours that Pillow reads. The decoder
// of JPEG, and of lossy WebP, does not smooth chroma between pixels as libjpeg and
// libwebp do: single pixels differ at the edges of colours, and hardly one by more
// than a level once the picture is made small.
//
// It must not know what becomes of a picture.
package picture
