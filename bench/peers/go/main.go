// The three tiers of the store in Go's net/http, in memory: a peer to be measured against. It keeps no
// logs, no keys and nothing on the disk; its clients keep as many connections alive as they have requests
// in flight, so that no request waits for a connection or opens one.
//
//	peer catalog  -listen HOST:PORT -books FILE
//	peer order    -listen HOST:PORT -catalog HOST:PORT
//	peer frontend -listen HOST:PORT -catalog HOST:PORT -order HOST:PORT
package main

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

func main() {
	if len(os.Args) < 2 {
		log.Fatal("usage: peer catalog|order|frontend -listen HOST:PORT …")
	}
	options := flag.NewFlagSet(os.Args[1], flag.ExitOnError)
	listen := options.String("listen", "", "where to listen")
	books := options.String("books", "", "the first books, as init lines")
	catalog := options.String("catalog", "", "the catalog's address")
	order := options.String("order", "", "the order server's address")
	options.Parse(os.Args[2:])

	mux := http.NewServeMux()
	switch os.Args[1] {
	case "catalog":
		shelf, err := readBooks(*books)
		if err != nil {
			log.Fatal(err)
		}
		shelf.routes(mux)
	case "order":
		orderRoutes(mux, "http://"+*catalog)
	case "frontend":
		frontendRoutes(mux, "http://"+*catalog, "http://"+*order)
	default:
		log.Fatalf("%s is no tier", os.Args[1])
	}
	log.Fatal(http.ListenAndServe(*listen, mux))
}

// client keeps connections alive: the default of two for each host would open one for nearly every request.
var client = &http.Client{
	Timeout:   5 * time.Second,
	Transport: &http.Transport{MaxIdleConns: 1024, MaxIdleConnsPerHost: 1024, DisableCompression: true},
}

const jsonType = "application/json; charset=utf-8"

func answer(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", jsonType)
	w.Write(body)
}

func result(w http.ResponseWriter, isSuccess bool) {
	word := "Failed"
	if isSuccess {
		word = "Success"
	}
	answer(w, []byte(fmt.Sprintf(`{"result":"%s"}`, word)))
}
