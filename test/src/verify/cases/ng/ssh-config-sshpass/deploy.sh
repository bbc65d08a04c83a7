sshpass -p 'qQ6WLx9pOlIlfB' ssh root@10.0.0.1
