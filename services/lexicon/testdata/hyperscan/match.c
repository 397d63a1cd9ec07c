/* Finds terms in texts with Hyperscan, for the comparison in speed_test.go.
 * Usage: match TERMS TEXTS. Both files are strings, each after its length in
 * four bytes, little-endian. For every line read from standard input all texts
 * are scanned once; the line written back is the number of matches and the
 * processor time taken, in nanoseconds. */
#include <hs/hs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct strings {
	size_t n;
	char **at;
	size_t *len;
};

static struct strings read_strings(const char *path) {
	FILE *f = fopen(path, "rb");
	struct strings s = {0, NULL, NULL};
	unsigned char b[4];
	if (!f) {
		perror(path);
		exit(1);
	}
	while (fread(b, 1, 4, f) == 4) {
		size_t len = b[0] | b[1] << 8 | b[2] << 16 | (size_t)b[3] << 24;
		s.at = realloc(s.at, (s.n + 1) * sizeof *s.at);
		s.len = realloc(s.len, (s.n + 1) * sizeof *s.len);
		s.at[s.n] = malloc(len + 1);
		s.len[s.n] = len;
		if (fread(s.at[s.n], 1, len, f) != len)
			exit(1);
		s.at[s.n++][len] = 0;
	}
	fclose(f);
	return s;
}

static int found(unsigned id, unsigned long long from, unsigned long long to, unsigned flags, void *count) {
	(void)id, (void)from, (void)to, (void)flags;
	++*(uint64_t *)count;
	return 0;
}

int main(int argc, char **argv) {
	if (argc != 3)
		return 2;
	struct strings terms = read_strings(argv[1]), texts = read_strings(argv[2]);
	unsigned *flags = calloc(terms.n, sizeof *flags), *ids = calloc(terms.n, sizeof *ids);
	for (size_t k = 0; k < terms.n; k++)
		ids[k] = k;
	hs_database_t *db;
	hs_compile_error_t *fault;
	hs_scratch_t *scratch = NULL;
	if (hs_compile_lit_multi((const char *const *)terms.at, flags, ids, terms.len, terms.n, HS_MODE_BLOCK, NULL, &db, &fault) != HS_SUCCESS) {
		fprintf(stderr, "compile: %s\n", fault->message);
		return 1;
	}
	if (hs_alloc_scratch(db, &scratch) != HS_SUCCESS)
		return 1;
	char line[16];
	while (fgets(line, sizeof line, stdin)) {
		uint64_t count = 0;
		struct timespec a, b;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
		for (size_t k = 0; k < texts.n; k++)
			if (hs_scan(db, texts.at[k], texts.len[k], 0, scratch, found, &count) != HS_SUCCESS)
				return 1;
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
		printf("%llu %lld\n", (unsigned long long)count, (b.tv_sec - a.tv_sec) * 1000000000LL + b.tv_nsec - a.tv_nsec);
		fflush(stdout);
	}
	return 0;
}
