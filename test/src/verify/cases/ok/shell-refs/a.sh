set -eu
PASSWORD="$1"
TOKEN=$(vault read -field=token secret/x)
read -rs -p "Password: " DB_PASSWORD
export PGPASSWORD="${DB_PASSWORD:?}"
curl -u "$USER:$TOKEN" -H "Authorization: Bearer ${TOKEN}" https://x
mysql -u root -p"$PASSWORD" x
kubectl create secret generic x --from-literal=password="$PASSWORD"
if [ -z "$TOKEN" ]; then echo "token is missing"; fi
