TOKEN="$(kubectl -n x get secret y -o jsonpath={.data.token} | base64 -d)"
PASSWORD=${1:-}
export VAULT_TOKEN="${VAULT_TOKEN:?}"
kubectl create secret generic x --from-file=key.pem --from-literal=password="$(openssl rand -base64 24)"
curl -u "${USER}:${PASS}" x
PASSWORD=$(pwgen 20 1)
pass=0
key="$1"; secret=""
