// Opens a checkpoint with the Go checksum database's own packages: note for the signature, tlog for the root
// recomputed from the server's tiles.
//
// Usage: note URL VKEY
package main

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func fetch(url string) []byte {
	answer, err := http.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		log.Fatalf("GET %s: %s %v", url, answer.Status, err)
	}
	return body
}

// reader fetches level-0 tiles of height 8 and serves the hashes of the stored order from them.
type reader struct{ url string }

func (r reader) Height() int { return 8 }

func (r reader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var data [][]byte
	for _, tile := range tiles {
		// tlog's own path is tile/8/<L>/<N>[.p/<W>]; tlog-tiles leaves the height out.
		path := strings.TrimPrefix(tile.Path(), "tile/8/")
		data = append(data, fetch(r.url+"/log/tile/"+path))
	}
	return data, nil
}

func (r reader) SaveTiles([]tlog.Tile, [][]byte) {}

func main() {
	url, vkey := os.Args[1], os.Args[2]
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		log.Fatal(err)
	}
	opened, err := note.Open(fetch(url+"/log/checkpoint"), note.VerifierList(verifier))
	if err != nil {
		log.Fatal(err)
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		log.Fatal(err)
	}
	tree := tlog.Tree{N: size, Hash: root}
	hashes := tlog.TileHashReader(tree, reader{url})
	for _, index := range []int64{0, size / 3, size - 1} {
		proof, err := tlog.ProveRecord(size, index, hashes)
		if err != nil {
			log.Fatal(err)
		}
		leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
		if err != nil {
			log.Fatal(err)
		}
		if err := tlog.CheckRecord(proof, size, root, index, leaf[0]); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Printf("sumdb/note opens the checkpoint of %d entries, sumdb/tlog proves from its tiles\n", size)
}
