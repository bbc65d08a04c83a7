lftp ftp://web:662W0aJrYYrAKq@ftp.corp.io
