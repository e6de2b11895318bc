package model

import (
	"io/fs"
	"os"
)

// samplesName is the folder of pictures that came with a model.
const samplesName = "samples"

// samplesIn returns the folder of pictures in a model's folder, nil if there is
// none. A link that leads out of the model's folder is no way to other files of the
// machine.
func samplesIn(directory string) fs.FS {
	root, err := os.OpenRoot(directory)
	if err != nil {
		return nil
	}
	return picturesOf(root.FS()) // closes itself when nobody needs it any more
}

func picturesOf(fsys fs.FS) fs.FS {
	if info, err := fs.Stat(fsys, samplesName); err != nil || !info.IsDir() {
		return nil
	}
	samples, err := fs.Sub(fsys, samplesName)
	if err != nil {
		return nil
	}
	return samples
}
