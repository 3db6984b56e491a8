# shellcheck shell=bash
# What must stand in the logs after acceptance tests 1–4 on a new store. Sourced by the test scripts.

# check_logs FOLDER: counts the lines of catalog_log, order_log and client_log. Says each that is wrong.
check_logs() {
    local folder=$1 name line expected found is_wrong=0
    while IFS='|' read -r name expected line; do
        found=$(grep -cxF -- "$line" "$folder/$name" 2>/dev/null) || true
        [[ $name == catalog_log && $line == query* ]] && ((${found:-0} >= expected)) && continue
        ((${found:-0} == expected)) && continue
        echo "$folder/$name has '$line' ${found:-0} times, not $expected" >&2
        is_wrong=1
    done <<'LINES'
catalog_log|1|init,1,3,10,distributed systems,How to get a good grade in 677 in 20 minutes a day
catalog_log|1|query_by_topic,distributed systems
catalog_log|1|query_by_topic,graduate school
catalog_log|1|query_by_item,1
catalog_log|1|query_by_item,2
catalog_log|1|query_by_item,3
catalog_log|1|query_by_item,4
catalog_log|3|update,1,na,-1
catalog_log|3|update,2,na,-1
order_log|3|bought book 1
order_log|3|bought book 2
LINES
    found=$(grep -c 'Get response' "$folder/client_log" 2>/dev/null) || true
    # Two searches, four lookups, eight buys, and a lookup after each sell-out.
    ((${found:-0} == 16)) || {
        echo "$folder/client_log has ${found:-0} answers, not 16" >&2
        is_wrong=1
    }
    return $is_wrong
}
