package accounts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/kulkul-ews/kulkul/services/kulkul"
	"github.com/kulkul-ews/kulkul/services/platform/bus"
)

// Errors of saved searches.
var (
	// ErrSearchName: a search is saved under a name.
	ErrSearchName = errors.New("a search's name has 1 to 80 characters")
	// ErrSearches: the user has as many searches as one may have.
	ErrSearches = errors.New("there are 50 searches already; remove one first")
)

// maxSearches is how many searches one user may save.
const maxSearches = 50

// Search is a search of items that a user saved.
type Search struct {
	ID    string    `json:"id"`
	Name  string    `json:"name"`
	Query string    `json:"query"` // as in the address of the list of items
	Saved time.Time `json:"saved"`
}

func searchesKey(user string) string { return "searches." + user }

// Searches lists a user's saved searches by name.
func (d *Desk) Searches(ctx context.Context, user string) ([]Search, error) {
	bucket, err := d.open(ctx)
	if err != nil {
		return nil, err
	}
	var all []Search
	_, err = bucket.GetJSON(ctx, searchesKey(user), &all)
	return all, err
}

// SaveSearch saves a search; one of the same name is replaced.
func (d *Desk) SaveSearch(ctx context.Context, user, name, query string) error {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n < 1 || n > 80 || !utf8.ValidString(name) || len(query) > 2000 {
		return ErrSearchName
	}
	return d.changeSearches(ctx, user, func(all []Search) ([]Search, error) {
		all = slices.DeleteFunc(all, func(s Search) bool { return s.Name == name })
		if len(all) >= maxSearches {
			return nil, ErrSearches
		}
		return append(all, Search{ID: kulkul.Hash("search", user, name), Name: name, Query: query, Saved: d.now().UTC()}), nil
	})
}

// RemoveSearch removes a search; bus.ErrNotFound where there is none.
func (d *Desk) RemoveSearch(ctx context.Context, user, id string) error {
	return d.changeSearches(ctx, user, func(all []Search) ([]Search, error) {
		left := slices.DeleteFunc(slices.Clone(all), func(s Search) bool { return s.ID == id })
		if len(left) == len(all) {
			return nil, fmt.Errorf("search: %w", bus.ErrNotFound)
		}
		return left, nil
	})
}

func (d *Desk) changeSearches(ctx context.Context, user string, change func([]Search) ([]Search, error)) error {
	bucket, err := d.open(ctx)
	if err != nil {
		return err
	}
	var all []Search
	revision, err := bucket.GetJSON(ctx, searchesKey(user), &all)
	if err != nil {
		return err
	}
	if all, err = change(all); err != nil {
		return err
	}
	slices.SortFunc(all, func(a, b Search) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	_, err = bucket.UpdateJSON(ctx, searchesKey(user), all, revision)
	return err
}
