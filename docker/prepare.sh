#!/bin/sh
# Runs before PostgreSQL, from its image: makes the database's password once, and says by name what is wrong with a volume
# of an earlier installation before anything is started on it. With "new-password" it makes one in any case.
set -eu
umask 077
data=/var/lib/postgresql/data
secrets=/secrets

refuse() {
	echo "$1" >&2
	exit 1
}

if [ -s $data/PG_VERSION ]; then
	made_by=$(cat $data/PG_VERSION)
	runs=$(postgres --version | sed 's/[^0-9]*\([0-9]*\).*/\1/')
	[ "$made_by" = "$runs" ] || refuse "The volume \"database\" was made by PostgreSQL $made_by, and compose.yaml runs PostgreSQL $runs: set its image back to version $made_by, or move the data by a backup (docs/docker.md, \"Another PostgreSQL\")."
	[ -s $secrets/database-url ] || [ "${1:-}" = new-password ] || refuse 'The volume "database" is of an earlier installation, and its password is gone with the volume "secrets": give it a new one (docs/docker.md, "The password is gone"), or remove the volume "database" to start anew.'
fi

if [ ! -s $secrets/database-url ] || [ "${1:-}" = new-password ]; then
	password=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')
	printf %s "$password" >$secrets/database-password
	printf %s "postgres://crypto_tracker:$password@database:5432/crypto_tracker" >$secrets/database-url.new
	# Last and at once, since its presence says that both are whole.
	mv $secrets/database-url.new $secrets/database-url
fi
# The user of the app's image.
chown -R 1000:1000 $secrets
