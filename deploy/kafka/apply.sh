#!/bin/sh
# Opens Kafka to each service for what it must write and read (acls.csv), and to nothing else.
#   BOOTSTRAP=kafka:9093 ADMIN=admin.properties deploy/kafka/apply.sh
# Needs Kafka's own kafka-acls.sh on the path, an authorizer on the brokers, and one SCRAM user for each service.
# An agency's system gets a user of its own: write on agency.submissions.v1 and agency.acts.v1, read on agency.receipts.v1 and its group.
set -eu
cd "$(dirname "$0")"
acls() { kafka-acls.sh --bootstrap-server "$BOOTSTRAP" --command-config "$ADMIN" --add "$@"; }
tail -n +2 acls.csv | while IFS=, read -r principal operation resource name; do
  acls --allow-principal "User:$principal" --operation "$operation" --operation describe "--$resource" "$name"
done
for principal in $(tail -n +2 acls.csv | cut -d, -f1 | sort -u); do
  # at start each service checks that facts are kept for ever
  for topic in petitions.v1 cases.v1 oversight.v1 reports.v1; do
    acls --allow-principal "User:$principal" --operation describe-configs --operation describe --topic "$topic"
  done
done
