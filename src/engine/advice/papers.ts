/** The sources of the advice. */
import type { Paper } from './types.js';

export const papers = {
  dropout: {
    authors: 'Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov',
    title: 'Dropout: A Simple Way to Prevent Neural Networks from Overfitting',
    year: 2014,
    url: 'https://jmlr.org/papers/v15/srivastava14a.html',
  },
  transformer: {
    authors: 'Vaswani et al.',
    title: 'Attention Is All You Need',
    year: 2017,
    url: 'https://arxiv.org/abs/1706.03762',
  },
  recurrentDropout: {
    authors: 'Zaremba, Sutskever, Vinyals',
    title: 'Recurrent Neural Network Regularization',
    year: 2014,
    url: 'https://arxiv.org/abs/1409.2329',
  },
  varianceShift: {
    authors: 'Li, Chen, Hu, Yang',
    title: 'Understanding the Disharmony between Dropout and Batch Normalization by Variance Shift',
    year: 2019,
    url: 'https://arxiv.org/abs/1801.05134',
  },
  decoupledDecay: {
    authors: 'Loshchilov, Hutter',
    title: 'Decoupled Weight Decay Regularization',
    year: 2019,
    url: 'https://arxiv.org/abs/1711.05101',
  },
  weightDecay: { authors: 'Krogh, Hertz', title: 'A Simple Weight Decay Can Improve Generalization', year: 1991 },
  inception: {
    authors: 'Szegedy, Vanhoucke, Ioffe, Shlens, Wojna',
    title: 'Rethinking the Inception Architecture for Computer Vision',
    year: 2016,
    url: 'https://arxiv.org/abs/1512.00567',
  },
  smoothing: {
    authors: 'Müller, Kornblith, Hinton',
    title: 'When Does Label Smoothing Help?',
    year: 2019,
    url: 'https://arxiv.org/abs/1906.02629',
  },
  earlyStopping: { authors: 'Prechelt', title: 'Early Stopping – But When?', year: 1998 },
  memorising: {
    authors: 'Zhang, Bengio, Hardt, Recht, Vinyals',
    title: 'Understanding Deep Learning Requires Rethinking Generalization',
    year: 2017,
    url: 'https://arxiv.org/abs/1611.03530',
  },
  doubleDescent: {
    authors: 'Nakkiran et al.',
    title: 'Deep Double Descent: Where Bigger Models and More Data Hurt',
    year: 2020,
    url: 'https://arxiv.org/abs/1912.02292',
  },
  augmentation: {
    authors: 'Shorten, Khoshgoftaar',
    title: 'A Survey on Image Data Augmentation for Deep Learning',
    year: 2019,
  },
} as const satisfies Readonly<Record<string, Paper>>;
