package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
)

// orderRoutes sells as the contract says: the query first, then the update, whose answer decides.
func orderRoutes(mux *http.ServeMux, catalog string) {
	mux.HandleFunc("/buy", func(w http.ResponseWriter, r *http.Request) {
		number := url.QueryEscape(r.FormValue("item_number"))
		var queried struct{ Result struct{ Stock int64 } }
		if !fetch(w, catalog+"/query_by_item?item_number="+number, &queried) {
			return
		}
		if queried.Result.Stock <= 0 {
			result(w, false)
			return
		}
		var updated struct{ Result string }
		if !fetch(w, catalog+"/update?item_number="+number+"&cost=na&stock=-1", &updated) {
			return
		}
		result(w, updated.Result == "Success")
	})
}

func fetch(w http.ResponseWriter, target string, into any) bool {
	response, err := client.Get(target)
	if err != nil {
		http.Error(w, "the catalog is out of reach", http.StatusServiceUnavailable)
		return false
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		http.Error(w, "the catalog refused", response.StatusCode)
		return false
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || json.Unmarshal(body, into) != nil {
		http.Error(w, "the catalog's answer makes no sense", http.StatusServiceUnavailable)
		return false
	}
	return true
}

// frontendRoutes passes each request on, and the answer back as the bytes it is.
func frontendRoutes(mux *http.ServeMux, catalog, order string) {
	relay := func(target string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			request, _ := http.NewRequestWithContext(r.Context(), r.Method, target+"?"+r.URL.RawQuery, nil)
			response, err := client.Do(request)
			if err != nil {
				http.Error(w, "a tier behind is out of reach", http.StatusServiceUnavailable)
				return
			}
			defer response.Body.Close()
			body, err := io.ReadAll(response.Body)
			if err != nil {
				http.Error(w, "a tier behind broke off", http.StatusServiceUnavailable)
				return
			}
			w.Header().Set("Content-Type", response.Header.Get("Content-Type"))
			w.WriteHeader(response.StatusCode)
			w.Write(body)
		}
	}
	mux.HandleFunc("/search", relay(catalog+"/query_by_topic"))
	mux.HandleFunc("/lookup", relay(catalog+"/query_by_item"))
	mux.HandleFunc("/buy", relay(order+"/buy"))
}
