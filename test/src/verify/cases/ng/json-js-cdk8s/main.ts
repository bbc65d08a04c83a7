new k8s.KubeSecret(this, 's', { stringData: {} });
const m = {
  apiVersion: 'v1',
  kind: 'Secret',
  stringData: {
    zone: '9sHY4lh1egXzONU',
  },
};
