#!/bin/sh
export DB_PASSWORD="EIjnpXk2cic_04"
