package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
)

type book struct {
	Number string `json:"item_number"`
	Title  string `json:"title"`
	Topic  string `json:"type"`
	Cost   string `json:"cost"`
	Stock  int64  `json:"stock"`
}

type listing struct {
	Number string `json:"item_number"`
	Title  string `json:"title"`
}

type shelf struct {
	lock   sync.RWMutex
	books  map[string]*book
	topics map[string][]listing
}

// readBooks reads init lines: init,number,stock,cost,topic,title.
func readBooks(path string) (*shelf, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	s := &shelf{books: map[string]*book{}, topics: map[string][]listing{}}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		parts := strings.SplitN(lines.Text(), ",", 6)
		if len(parts) != 6 {
			return nil, fmt.Errorf("%s: not an init line: %s", path, lines.Text())
		}
		stock, err := strconv.ParseInt(parts[2], 10, 64)
		if err != nil {
			return nil, err
		}
		s.books[parts[1]] = &book{parts[1], parts[5], parts[4], parts[3], stock}
		s.topics[parts[4]] = append(s.topics[parts[4]], listing{parts[1], parts[5]})
	}
	return s, lines.Err()
}

func (s *shelf) routes(mux *http.ServeMux) {
	mux.HandleFunc("/query_by_topic", func(w http.ResponseWriter, r *http.Request) {
		s.lock.RLock()
		found := s.topics[r.FormValue("topic")]
		s.lock.RUnlock()
		if found == nil {
			found = []listing{}
		}
		body, _ := json.Marshal(map[string][]listing{"result": found})
		answer(w, body)
	})
	mux.HandleFunc("/query_by_item", func(w http.ResponseWriter, r *http.Request) {
		s.lock.RLock()
		found, ok := s.books[r.FormValue("item_number")]
		var copied book
		if ok {
			copied = *found
		}
		s.lock.RUnlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		body, _ := json.Marshal(map[string]book{"result": copied})
		answer(w, body)
	})
	mux.HandleFunc("/update", func(w http.ResponseWriter, r *http.Request) {
		change, err := strconv.ParseInt(r.FormValue("stock"), 10, 64)
		if err != nil {
			http.Error(w, "stock is not a number", http.StatusBadRequest)
			return
		}
		s.lock.Lock()
		found, ok := s.books[r.FormValue("item_number")]
		isSold := ok && found.Stock+change >= 0
		if isSold {
			found.Stock += change
		}
		s.lock.Unlock()
		if !ok {
			http.NotFound(w, r)
			return
		}
		result(w, isSold)
	})
}
