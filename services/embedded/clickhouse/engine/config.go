package engine

import (
	"encoding/xml"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// engineXML is the engine's configuration for a small machine that it shares
// with the rest of the product: few background threads, small caches.
func engineXML(o Options) string {
	return fmt.Sprintf(`<clickhouse>
  <users_config>%s</users_config>
  <timezone>UTC</timezone>
  <backups><allowed_path>%s</allowed_path></backups>
  <max_server_memory_usage>%d</max_server_memory_usage>
  <mark_cache_size>33554432</mark_cache_size>
  <primary_index_cache_size>16777216</primary_index_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <index_mark_cache_size>8388608</index_mark_cache_size>
  <index_uncompressed_cache_size>0</index_uncompressed_cache_size>
  <mmap_cache_size>0</mmap_cache_size>
  <compiled_expression_cache_size>16777216</compiled_expression_cache_size>
  <max_thread_pool_size>200</max_thread_pool_size>
  <max_thread_pool_free_size>8</max_thread_pool_free_size>
  <max_io_thread_pool_size>8</max_io_thread_pool_size>
  <max_io_thread_pool_free_size>0</max_io_thread_pool_free_size>
  <background_pool_size>2</background_pool_size>
  <background_merges_mutations_concurrency_ratio>2</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <merge_tree>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
  </merge_tree>
</clickhouse>
`, escapeXML(filepath.Join(o.Dir, "users.xml")), escapeXML(filepath.Join(o.Dir, "backups")), o.Memory)
}

func escapeXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // writing to memory cannot fail
	return b.String()
}

// readerRole is the role that a reader's session is put into: it may read
// tables and nothing else, so none of ClickHouse's sources (url, file, remote,
// s3, …) and no DDL.
const readerRole = "kulkul_reader"

const usersXML = `<clickhouse>
  <profiles><default></default></profiles>
  <quotas><default></default></quotas>
  <roles>
    <` + readerRole + `><grants>
      <query>GRANT SELECT, SHOW, dictGet ON *.*</query>
    </grants></` + readerRole + `>
    <kulkul_writer><grants>
      <query>GRANT ALL ON *.* WITH GRANT OPTION</query>
    </grants></kulkul_writer>
  </roles>
  <users>
    <default>
      <password></password>
      <networks><ip>::/0</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants><query>GRANT ` + readerRole + `, kulkul_writer</query></grants>
    </default>
  </users>
</clickhouse>
`

// sessionOptions are the settings that every session begins with.
func (e *Engine) sessionOptions() []string {
	return []string{
		e.pathOption(),
		"--max_threads=" + strconv.Itoa(e.options.Threads),
		"--max_insert_threads=1",
		// A quarter of the usual block: results with long texts stay small.
		"--max_block_size=16384",
		"--max_memory_usage=" + strconv.FormatInt(e.options.QueryMemory, 10),
		// The library has no queue for asynchronous inserts.
		"--async_insert=0",
		// clickhouse-local reads "foo" as "SELECT foo"; a server does not.
		"--implicit_select=0",
		"--allow_introspection_functions=0",
		"--log_queries=0",
	}
}
