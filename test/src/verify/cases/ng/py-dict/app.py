conn = connect(host="db", user="app", password="n3gPuOg5Ssm@49")
